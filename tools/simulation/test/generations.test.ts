import { forgetImage, holdImage, listImages, releaseImage } from "@backurne/engine";
import { parseMarks } from "@backurne/model";
import { expect, test } from "vitest";
import { at, backUp, DAY, openWorld, profile, type World } from "../src/index.ts";

const TARGET = "alpha;disk;None";

/** Some nights of a disk, which is then made anew. */
async function recreate(nights: number): Promise<World> {
  const world = openWorld({ profiles: [profile({ count: 2 })] });
  world.live("alpha").add("disk");
  for (let night = 0; night < nights; night += 1) {
    await backUp(world.host("bk1"));
    world.now += DAY;
  }
  world.live("alpha").images.delete("disk");
  world.live("alpha").add("disk");
  return world;
}

const generations = ({ backup }: World): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...backup.images.keys()].map((name) => [name.replace(/^closed-[^;]*/, "closed"), backup.points(name).length]),
  );

test("a closed generation with something to expire beside a chain that is due does not hang the run", async () => {
  const world = await recreate(4);
  await backUp(world.host("bk1"));
  expect(generations(world)).toEqual({ [`closed;${TARGET}`]: 3, [TARGET]: 1 });
  world.now += DAY;
  // Both need the one lease of their key.
  const { report } = await backUp(world.host("bk1"));
  expect(report).toMatchObject({ exit: 0, totals: { incremental: 1, held: 0, failed: 0 } });
  expect(report.totals.removedBackup).toBeGreaterThan(0);
  expect(generations(world)[TARGET]).toBe(2);
});

test("a closed generation loses nothing, and fails nothing, while a mark of what took its place cannot be read", async () => {
  const world = await recreate(4);
  await backUp(world.host("bk1"));
  await world.objects.removeObject("backurne.index");
  world.backup.images.get(TARGET)?.metadata.set("backurne.verified", '{"last":');
  const before = generations(world);
  world.now += 40 * DAY;
  const { report } = await backUp(world.host("bk1"));
  expect(report.failures).toMatchObject([{ about: TARGET }]);
  expect(report).toMatchObject({ exit: 3, totals: { failed: 0, removedBackup: 0, trashed: 0 } });
  expect(generations(world)).toEqual(before);
});

test("a closed generation loses nothing while what took its place was found wrong after the plan was made", async () => {
  const world = await recreate(4);
  await backUp(world.host("bk1"));
  world.now += DAY;
  await backUp(world.host("bk1"), { cleanup: "none" });
  const before = generations(world);
  world.before = async (call) => {
    if (!call.includes("lock backurne.lease.")) return;
    const metadata = world.backup.images.get(TARGET)?.metadata;
    metadata?.set(
      "backurne.suspect",
      JSON.stringify({ snapshot: "s", ranges: [], how: "full", at: "2026-01-01T00:00:00Z" }),
    );
  };
  const { report } = await backUp(world.host("bk1"));
  expect(report.totals).toMatchObject({ removedBackup: 0 });
  expect(generations(world)).toEqual(before);
  world.before = undefined;
  world.backup.images.get(TARGET)?.metadata.delete("backurne.suspect");
  await backUp(world.host("bk1"));
  expect(generations(world)[`closed;${TARGET}`]).toBeLessThan(before[`closed;${TARGET}`] as number);
});

const closedOf = ({ backup }: World): string =>
  [...backup.images.keys()].find((name) => name.startsWith("closed-")) ?? "";
const holdOf = ({ backup }: World, image: string): unknown =>
  parseMarks(Object.fromEntries(backup.images.get(image)?.metadata ?? [])).hold;

test("a hold on the whole image is the next generation's, too; those on single points stay with their points", async () => {
  const world = await recreate(2);
  const house = world.host("bk1");
  const [first = ""] = world.backup.points(TARGET);
  await holdImage(house, { image: "disk", reason: "audit" });
  await holdImage(house, { image: "disk", snapshot: first });
  const hold = holdOf(world, TARGET);
  await backUp(house);
  const closed = closedOf(world);
  expect([holdOf(world, TARGET), holdOf(world, closed)]).toEqual([hold, hold]);
  expect([...(world.backup.images.get(TARGET)?.metadata.keys() ?? [])].join()).not.toContain("hold.backup");
  expect((await listImages(house)).map((image) => image.hold)).toEqual([hold, hold]); // by the catalog

  expect(await releaseImage(house, { image: "disk" })).toMatchObject({
    released: [{ what: "image" }],
    stay: [],
    generations: [closed],
  });
  expect(await releaseImage(house, { image: closed })).toMatchObject({ stay: [first], generations: [] });
});

test("a hold that is over is nobody's any more", async () => {
  const world = await recreate(2);
  await holdImage(world.host("bk1"), { image: "disk", until: world.now + 1 });
  world.now += DAY;
  await backUp(world.host("bk1"));
  expect(holdOf(world, TARGET)).toBeUndefined();
});

test("a hold outlives a run that dies between the two renames", async () => {
  const world = await recreate(2);
  await holdImage(world.host("bk1"), { image: "disk" });
  world.before = (call) =>
    call.startsWith("backup rename partial-") ? Promise.reject(new Error("it was to fail")) : undefined;
  expect((await backUp(world.host("bk1"))).report.exit).toBe(3);
  world.before = undefined;
  expect(generations(world)).not.toHaveProperty([TARGET]);
  world.now += DAY;
  expect((await backUp(world.host("bk2"))).report.exit).toBe(0);
  expect(holdOf(world, TARGET)).toMatchObject({ by: "bk1" });
});

test("a hold set by hand while the full travels is inherited", async () => {
  const world = await recreate(2);
  world.before = at("transfer disk", () => void world.backup.images.get(TARGET)?.metadata.set("backurne.hold", "{}"));
  await backUp(world.host("bk1"));
  expect(holdOf(world, TARGET)).toEqual({});
});

test("a suspect generation is not forgotten before its successor has been compared, and that is what the hint says", async () => {
  const world = await recreate(2);
  const house = world.host("bk1");
  const { settings } = house;
  await backUp({ ...house, settings: { ...settings, verifySent: false } });
  const closed = closedOf(world);
  world.backup.images.get(closed)?.metadata.set("backurne.suspect", '"found different"');
  await world.objects.write("backurne.index", "");
  await expect(forgetImage(house, closed)).rejects.toMatchObject({
    code: "refused",
    message: expect.stringMatching(/is still needed: closed as suspect, and its successor has not been verified$/),
    hint: expect.stringMatching(/`backurne verify` that one/),
  });
  expect(world.backup.images.has(closed)).toBe(true);
});

test("an old generation whose successor was put away waits for nobody: it can be forgotten, too", async () => {
  const world = await recreate(2);
  await backUp(world.host("bk1"));
  world.backup.images.delete(TARGET);
  world.live("alpha").images.delete("disk");
  const closed = closedOf(world);
  await nothingHappens(world);
  expect(await forgetImage(world.host("bk1"), closed)).toMatchObject({ image: closed, points: 2 });
});

/** To what is left, however long nobody looks. */
async function nothingHappens(world: World): Promise<void> {
  const before = generations(world);
  for (let night = 0; night < 9; night += 1) {
    world.now += DAY;
    await backUp(world.host("bk1"));
  }
  expect(generations(world)).toEqual(before);
}
