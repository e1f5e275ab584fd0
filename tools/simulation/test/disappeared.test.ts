import { forgetImage, precheck, restoreTrashed } from "@backurne/engine";
import { parseMarks } from "@backurne/model";
import { expect, test } from "vitest";
import { backUp, DAY, openWorld, profile, type World } from "../src/index.ts";

// A listing that lacks disks: some of them were deleted, or it is half a listing, or one of another pool.

const DISKS = ["a", "b", "c", "d", "e", "f", "g", "h"];

async function begin(): Promise<World> {
  const world = openWorld({ profiles: [profile({ count: 2 })] });
  for (const image of DISKS) world.live("alpha").add(image);
  await backUp(world.host("bk1"));
  return world;
}

const goneOf = ({ backup }: World): readonly string[] =>
  DISKS.filter((image) => {
    const marks = parseMarks(Object.fromEntries(backup.images.get(`alpha;${image};None`)?.metadata ?? []));
    return marks.gone !== undefined;
  });

async function nights(world: World, count: number) {
  for (let night = 1; night < count; night += 1) {
    world.now += DAY;
    await backUp(world.host("bk1"));
  }
  world.now += DAY;
  return (await backUp(world.host("bk1"))).report;
}

test("most of a cluster at once is not taken for deleted: each run says so, check too, and nothing goes", async () => {
  const world = await begin();
  const { images } = world.live("alpha");
  const lost = DISKS.slice(2).map((image) => [image, images.get(image)!] as const);
  for (const [image] of lost) images.delete(image);
  const report = await nights(world, 40);
  expect(report.failures).toMatchObject([
    { about: "alpha", failure: { message: expect.stringMatching(/^lists only 2 of the 8 disks/) } },
  ]);
  expect(report.exit).toBe(3);
  expect(goneOf(world)).toEqual([]);
  for (const [image] of lost) expect(world.backup.points(`alpha;${image};None`)).toHaveLength(1);
  const { problems } = await precheck(world.host("bk1"));
  expect(problems).toContainEqual(expect.objectContaining({ kind: "unlisted", severity: "critical", about: "alpha" }));
  // Whoever knows that it has gone says so; what comes back from there is kept.
  const [[first], ...others] = lost as [(typeof lost)[number], ...typeof lost];
  expect(await forgetImage(world.host("bk1"), `alpha/${first}`)).toMatchObject({ points: 1 });
  expect(await restoreTrashed(world.host("bk1"), `alpha/${first}`)).toMatchObject({ hold: { by: "bk1" } });
  expect(others).toHaveLength(5);
  for (const [image, one] of lost) images.set(image, one);
  expect(await nights(world, 1)).toMatchObject({ exit: 0, failures: [] });
});

test("a few of them are, after some looks", async () => {
  const world = await begin();
  for (const image of ["f", "g", "h"]) world.live("alpha").images.delete(image);
  expect(await nights(world, 1)).toMatchObject({ exit: 0, failures: [] });
  expect(goneOf(world)).toEqual(["f", "g", "h"]);
});

test("what is not in another pool is not gone from the first", async () => {
  const world = await begin();
  world.live("alpha").images.delete("h");
  const house = world.host("bk1");
  const clusters = house.clusters.map((one) => {
    if (one.settings.kind !== "plain") return one;
    return { ...one, settings: { ...one.settings, address: { ...one.settings.address, pool: "other" } } };
  });
  for (let night = 0; night < 5; night += 1) {
    world.now += DAY;
    await backUp(world.host("bk1", { clusters }));
  }
  expect(goneOf(world)).toEqual([]);
});
