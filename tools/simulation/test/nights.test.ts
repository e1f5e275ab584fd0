import { expect, test } from "vitest";
import { backUp, DAY, openWorld, profile, type Ran, type World } from "../src/index.ts";

const TARGET = "alpha;disk;None";
const FIRST = Date.parse("2026-01-01T01:00:00Z");

function begin(profiles: Parameters<typeof profile>[0]): World {
  const world = openWorld({ profiles: [profile(profiles)] });
  for (const image of ["disk", "other"]) world.live("alpha").add(image);
  return world;
}

/** The next night, up to twenty minutes early or late; every disk has been written to. */
async function sleepAndRun(world: World, night: number): Promise<Ran["report"]> {
  const jitter = ((night * 7919) % 41) - 20;
  world.now = FIRST + night * DAY + jitter * 60_000;
  for (const image of world.live("alpha").images.values()) image.head = `night ${night}`;
  const { report } = await backUp(world.host("bk1"));
  expect([night, report.exit, report.refused, report.warnings, report.failures]).toEqual([night, 0, [], [], []]);
  expectHonest(world);
  return report;
}

/** What stands on both sides is the same, and nothing was ever received onto a wrong head. */
function expectHonest(world: World): void {
  for (const [name, image] of world.backup.images) {
    const source = name.startsWith("closed-") ? undefined : world.live("alpha").images.get(name.split(";")[1] ?? "");
    for (const { name: snapshot, content } of image.snapshots.values()) {
      expect(content).toMatch(/^night \d+$/);
      expect(source?.snapshots.get(snapshot)?.content ?? content).toBe(content);
    }
  }
}

const nightsOf = ({ backup }: World, image: string): readonly string[] =>
  [...(backup.images.get(image)?.snapshots.values() ?? [])].map((one) => one.content);

const closedOf = ({ backup }: World): readonly string[] =>
  [...backup.images.keys()].filter((name) => name.startsWith("closed-"));

test.each([
  { count: 7, maxOnLive: 0 },
  { count: 7, maxOnLive: 3 },
  { count: 2, maxOnLive: 0 },
  { count: 1, maxOnLive: 0 },
])("sixty nights of count $count, max_on_live $maxOnLive end well, one by one", async ({ count, maxOnLive }) => {
  const world = begin({ count, maxOnLive });
  for (let night = 0; night < 60; night += 1) {
    const report = await sleepAndRun(world, night);
    expect(report.totals).toMatchObject({ done: 2, full: night === 0 ? 2 : 0, incremental: night === 0 ? 0 : 2 });
    const kept = nightsOf(world, TARGET);
    // A night that comes late is not old enough yet when the next one comes early.
    expect(kept.length).toBeGreaterThanOrEqual(Math.min(night, count));
    expect(kept.length).toBeLessThanOrEqual(count + 2);
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => `night ${night - kept.length + 1 + index}`));
    expect(world.live("alpha").points("disk")).toHaveLength(Math.min(night, maxOnLive) + 1);
  }
});

test("sixty nights with a disk that is deleted: its points fade, its last copy goes into the trash", async () => {
  const world = begin({ count: 7 });
  const left: number[] = [];
  const trashed: number[] = [];
  for (let night = 0; night < 60; night += 1) {
    if (night === 10) world.live("alpha").images.delete("disk");
    const { totals } = await sleepAndRun(world, night);
    left.push(nightsOf(world, TARGET).length);
    if (totals.trashed > 0) trashed.push(night);
  }
  // Nothing goes before it is confirmed; then one point a night, and the last stays 30 days beyond its 7.
  expect(left.slice(9, 12)).toEqual([left[9], left[9], left[9]]);
  for (let night = 12; night < 46; night += 1) expect(left[night]).toBeGreaterThanOrEqual(1);
  expect(left.slice(18, 46).every((count) => count === 1)).toBe(true);
  expect(trashed).toHaveLength(1);
  expect(trashed[0]).toBeGreaterThanOrEqual(9 + 7 + 30);
  expect(trashed[0]).toBeLessThanOrEqual(9 + 7 + 30 + 2);
  expect(world.backup.trash).toEqual([TARGET]);
  expect(left.at(-1)).toBe(0);
  expect(nightsOf(world, "alpha;other;None").length).toBeGreaterThanOrEqual(7);
});

test.each([1, 2, 7])(
  "sixty nights of count %i with a disk that is made anew: both generations go on",
  async (count) => {
    const world = begin({ count });
    const trashed: number[] = [];
    for (let night = 0; night < 60; night += 1) {
      if (night === 10) {
        world.live("alpha").images.delete("disk");
        world.live("alpha").add("disk");
      }
      const { totals } = await sleepAndRun(world, night);
      if (totals.trashed > 0) trashed.push(night);
      expect(totals).toMatchObject({ full: night === 0 ? 2 : Number(night === 10), failed: 0 });
      expect(nightsOf(world, TARGET).at(-1)).toBe(`night ${night}`);
      const [closed, ...others] = closedOf(world);
      expect(others).toEqual([]);
      if (closed === undefined) continue;
      // Its points fade by age, the newest last; what is left is the newest of what there was.
      const faded = nightsOf(world, closed);
      expect(faded.at(-1)).toBe("night 9");
      expect(faded.length).toBeLessThanOrEqual(Math.max(1, 9 + count - night + 2));
    }
    // The last one stays 30 days beyond its own time.
    expect(trashed).toHaveLength(1);
    expect(trashed[0]).toBeGreaterThanOrEqual(9 + count + 30);
    expect(trashed[0]).toBeLessThanOrEqual(9 + count + 30 + 2);
    expect(world.backup.trash).toEqual([expect.stringMatching(/^closed-.*;alpha;disk;None$/)]);
    expect(closedOf(world)).toEqual([]);
    expect(nightsOf(world, TARGET).length).toBeGreaterThanOrEqual(count);
  },
);
