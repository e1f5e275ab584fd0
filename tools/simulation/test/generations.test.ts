import { expect, test } from "vitest";
import { backUp, DAY, openWorld, profile, type World } from "../src/index.ts";

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
