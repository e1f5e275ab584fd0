import { explainImage, holdImage, listImages, listPoints, previewRun, releaseImage } from "@backurne/engine";
import { parseMarks } from "@backurne/model";
import { describe, expect, test } from "vitest";
import { at, backUp, DAY, meanwhile, openWorld, profile, type World } from "../src/index.ts";

const TARGET = "alpha;disk;None";

/** A disk with daily backups, of which three are kept. */
async function nights(count: number): Promise<World> {
  const world = openWorld({ profiles: [profile({ count: 3 })] });
  for (const image of ["disk", "other"]) world.live("alpha").add(image);
  for (let night = 0; night < count; night += 1) await sleep(world);
  return world;
}

async function sleep(world: World, house = world.host("bk1")) {
  const { report } = await backUp(house);
  world.now += DAY;
  return report;
}

const marksOf = ({ backup }: World) => parseMarks(Object.fromEntries(backup.images.get(TARGET)?.metadata ?? []));
const stands = (world: World, name: string): boolean => world.backup.points(TARGET).includes(name);

/** Its source is gone for good, and everything is old. */
async function vanish(world: World): Promise<void> {
  world.live("alpha").images.delete("disk");
  for (let night = 0; night < 4; night += 1) await sleep(world);
  world.now += 60 * DAY;
}

describe("a point that is held", () => {
  test("outlives its policy; released, it goes in the next run", async () => {
    const world = await nights(2);
    const [first = ""] = world.backup.points(TARGET);
    const report = await holdImage(world.host("bk2"), { image: "alpha/disk", snapshot: first, reason: "audit" });
    expect(report).toMatchObject({ kind: "hold", reference: "alpha/disk", snapshot: first, points: 1 });
    expect(report.hold).toEqual({ reason: "audit", since: new Date(world.now).toISOString(), by: "bk2" });
    for (let night = 0; night < 8; night += 1) expect(await sleep(world)).toMatchObject({ exit: 0, warnings: [] });
    expect(world.backup.points(TARGET)[0]).toBe(first);
    expect(world.backup.points(TARGET).length).toBeLessThanOrEqual(1 + 3 + 2);
    const released = await releaseImage(world.host("bk2"), { image: "disk", snapshot: first });
    expect(released).toMatchObject({ released: [{ what: "point", snapshot: first }], stay: [] });
    await sleep(world);
    expect(stands(world, first)).toBe(false);
  });

  test("is not held any more once its time has come", async () => {
    const world = await nights(2);
    const [first = ""] = world.backup.points(TARGET);
    const until = world.now + 5 * DAY;
    await holdImage(world.host("bk2"), { image: "disk", snapshot: first, until });
    while (world.now < until) {
      await sleep(world);
      expect(stands(world, first)).toBe(true);
    }
    await sleep(world);
    expect(stands(world, first)).toBe(false);
  });

  test("may be named by its time or as the latest; what fits nothing is an error, and so is a time that is over", async () => {
    const world = await nights(2);
    const house = world.host("bk1");
    const points = world.backup.points(TARGET);
    expect(await holdImage(house, { image: "disk", snapshot: "latest" })).toMatchObject({ snapshot: points[1] });
    expect(await holdImage(house, { image: "disk", snapshot: "@2026-01-01T01" })).toMatchObject({
      snapshot: points[0],
    });
    await expect(holdImage(house, { image: "disk", snapshot: "@2025" })).rejects.toMatchObject({ code: "not-found" });
    await expect(holdImage(house, { image: "disk", until: world.now })).rejects.toMatchObject({ code: "usage" });
    await expect(releaseImage(house, { image: "disk", snapshot: "x" })).rejects.toMatchObject({ code: "not-found" });
  });

  test("keeps the image of a source that is gone out of the trash", async () => {
    const world = await nights(3);
    await holdImage(world.host("bk1"), { image: "disk", snapshot: world.backup.points(TARGET)[0] });
    await vanish(world);
    for (let night = 0; night < 4; night += 1) expect((await sleep(world)).totals.trashed).toBe(0);
    expect(world.backup.points(TARGET)).toHaveLength(2); // it, and the last copy
    await releaseImage(world.host("bk1"), { image: "disk", all: true });
    await sleep(world);
    await sleep(world);
    expect(world.backup.trash).toEqual([TARGET]);
  });
});

describe("a hold on the whole image", () => {
  test("keeps what stands and what is still to come, and its release leaves the holds on single points", async () => {
    const world = await nights(2);
    const [first = ""] = world.backup.points(TARGET);
    await holdImage(world.host("bk1"), { image: "disk", snapshot: first });
    expect(await holdImage(world.host("bk1"), { image: "disk" })).toMatchObject({ points: 2 });
    for (let night = 0; night < 10; night += 1) await sleep(world);
    expect(world.backup.points(TARGET)).toHaveLength(12);
    expect(world.backup.points("alpha;other;None").length).toBeLessThan(7);
    const released = await releaseImage(world.host("bk1"), { image: "disk" });
    expect(released).toMatchObject({ released: [{ what: "image" }], stay: [first] });
    await sleep(world);
    expect(world.backup.points(TARGET)[0]).toBe(first);
    expect(world.backup.points(TARGET).length).toBeLessThan(7);
    expect(await releaseImage(world.host("bk1"), { image: "disk" })).toMatchObject({ released: [], stay: [first] });
  });

  test("keeps the last copy of a source that is gone", async () => {
    const world = await nights(3);
    await holdImage(world.host("bk1"), { image: "disk" });
    await vanish(world);
    await sleep(world);
    expect(world.backup.points(TARGET)).toHaveLength(3);
    expect(world.backup.trash).toEqual([]);
  });
});

describe("a hold set on another host", () => {
  test.each([true, false])("after this one has looked is honoured: a single point %s", async (single) => {
    const world = await nights(5);
    const before = world.backup.points(TARGET);
    const snapshot = single ? before[0] : undefined;
    const hold = () => holdImage(world.host("bk2"), { image: "disk", snapshot });
    const { report, events } = await backUp(world.host("bk1", { objects: meanwhile(world.objects, hold) }));
    const plan = events.find((event) => event.kind === "plan");
    expect(JSON.stringify(plan?.jobs)).toContain(`#remove-backup-${before[0]}`);
    expect(report).toMatchObject({ exit: 0, failures: [] });
    expect(stands(world, before[0] ?? "")).toBe(true);
  });

  test("by hand while the bytes travel, without the lease, is honoured and said", async () => {
    const world = await nights(5);
    const [first = ""] = world.backup.points(TARGET);
    const key = `backurne.hold.${first}`;
    world.before = at("transfer disk", () => void world.backup.images.get(TARGET)?.metadata.set(key, "true"));
    const { report } = await backUp(world.host("bk1"));
    expect(report).toMatchObject({ exit: 0, failures: [], totals: { incremental: 2, removedBackup: 1 } });
    expect(report.warnings).toEqual([{ about: TARGET, message: `${first}: hold without end; it stays` }]);
    expect(stands(world, first)).toBe(true);
  });

  test("by hand right before the trash is honoured", async () => {
    const world = await nights(2);
    await vanish(world);
    let asked = 0;
    // The second reading under the lease is the brake's.
    world.before = at(`backup metadata ${TARGET}`, () => {
      asked += 1;
      if (asked === 2) world.backup.images.get(TARGET)?.metadata.set("backurne.hold", "{}");
    });
    const { report } = await backUp(world.host("bk1"));
    expect(asked).toBe(2);
    expect(report).toMatchObject({ exit: 0, totals: { trashed: 0 } });
    expect(report.warnings).toMatchObject([
      { about: TARGET, message: "hold of the whole image without end; it stays" },
    ]);
    expect(world.backup.trash).toEqual([]);
  });

  test("is not set while a run holds the chain: whoever asks is told who", async () => {
    const world = await nights(2);
    const asked: unknown[] = [];
    world.before = (call) =>
      call === "transfer disk"
        ? (holdImage(world.host("bk2"), { image: "disk" }).catch(
            (error: unknown) => void asked.push(error),
          ) as Promise<void>)
        : undefined;
    await sleep(world);
    expect(asked).toMatchObject([{ code: "held", message: expect.stringMatching(/^alpha\/disk is held by bk1 run /) }]);
    expect(marksOf(world).hold).toBeUndefined();
  });

  test("is seen in the tables although a run that looked before it ends after it", async () => {
    const world = await nights(2);
    /** Once the run is done with this disk, and not with the other one. */
    const hold = async (): Promise<void> => {
      world.now += 1000;
      const held = await holdImage(world.host("bk2"), { image: "disk" }).catch(() => undefined);
      if (!held) return new Promise<void>((next) => setImmediate(next)).then(hold);
    };
    world.before = (call) => (call === "transfer other" ? hold() : undefined);
    expect(await sleep(world)).toMatchObject({ exit: 0, totals: { incremental: 2 } });
    expect(marksOf(world).hold).toMatchObject({ by: "bk2" });
    const [disk] = await listImages(world.host("bk3"));
    expect(disk).toMatchObject({ reference: "alpha/disk", snapshots: 3, hold: { by: "bk2" } });
  });
});

test("holds are seen in every table", async () => {
  const world = await nights(5);
  const house = world.host("bk1");
  const [first = ""] = world.backup.points(TARGET);
  const until = Date.parse("2027-01-01T00:00:00Z");
  await holdImage(house, { image: "disk", snapshot: first, until, reason: "audit" });
  const hold = { until: "2027-01-01T00:00:00.000Z", reason: "audit" };
  expect((await listImages(house))[0]).toMatchObject({ reference: "alpha/disk", held: 1 });
  expect((await listPoints(house, "disk"))[0]).toMatchObject({ uuid: first, hold });
  const { snapshots } = await explainImage(house, "disk");
  expect(snapshots[0]).toMatchObject({ name: first, verdict: "keep", because: "hold until 2027-01-01 (audit)" });
  expect((await previewRun(house, { estimate: false })).held).toMatchObject([{ subject: { disk: "disk" }, points: 1 }]);

  await holdImage(house, { image: "disk" });
  expect((await listImages(house))[0]).toMatchObject({ hold: { by: "bk1" } });
  const explained = await explainImage(house, "disk");
  expect(explained.hold).toMatchObject({ by: "bk1" });
  const becauses = explained.snapshots.filter(({ side }) => side === "backup").map(({ because }) => because);
  expect(becauses).toEqual([
    "hold until 2027-01-01 (audit)",
    ...Array.from({ length: becauses.length - 2 }, () => "hold of the whole image without end"),
    "newest shared: base of next transfer; hold of the whole image without end",
  ]);
});

test("a pool of the old tool that was never taken over gets no mark", async () => {
  const world = openWorld({ profiles: [profile()] });
  world.live("alpha").add("disk");
  world.backup.add(TARGET);
  await world.backup.rbd.createSnapshot(TARGET, "backup;daily;3;2025-12-31T01:00:00.000000");
  await expect(holdImage(world.host("bk1"), { image: "disk" })).rejects.toMatchObject({ code: "usage" });
  expect(world.backup.images.get(TARGET)?.metadata.size).toBe(0);
});
