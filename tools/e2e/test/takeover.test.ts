import { BackurneError } from "@backurne/model";
import { expect, test } from "vitest";
import { MiB, openArena, write, type Arena } from "../src/arena.ts";
import { copySnapshot } from "../src/copy.ts";
import { countSides } from "../src/sides.ts";

const CHAIN = "alpha;disk;None";

/** As Python's datetime.now().isoformat() wrote it, in UTC, which is the arena's legacy zone. */
function oldName(at: number): string {
  return `backup;daily;30;${new Date(at).toISOString().replace("Z", "000")}`;
}

/** A pool as the old tool left it: the live image keeps the newest snapshot, the backup image all. */
async function makeOldPool(arena: Arena, skew = 0): Promise<string> {
  await arena.createImage("disk", 16 * MiB);
  await arena.backupSide("create", `--pool=${arena.pool}`, `--image=${CHAIN}`, "--size", `${16 * MiB}B`);
  await arena.change("disk", [write(0, 2 * MiB)]);
  const old = oldName(Date.now() - 40 * 86_400_000);
  await copySnapshot(arena, { image: "disk", target: CHAIN, snapshot: old });
  await arena.change("disk", [write(4 * MiB, MiB)]);
  const newest = oldName(Date.now() + skew);
  await copySnapshot(arena, { image: "disk", target: CHAIN, snapshot: newest, base: old });
  await arena.live("snap", "rm", "--no-progress", `--pool=${arena.pool}`, "--image=disk", `--snap=${old}`);
  return newest;
}

test("a pool of the old tool is refused until somebody says that it is ours now", async () => {
  const arena = await openArena();
  await makeOldPool(arena);
  await expect(arena.backup({ force: true })).rejects.toThrow(BackurneError);
  await expect(arena.backup({ force: true })).rejects.toMatchObject({ code: "usage" });
  expect(await arena.backupSnapshots(CHAIN)).toHaveLength(2);
  expect(await arena.liveSnapshots("disk")).toHaveLength(1);
});

test("it is listed, continued incrementally, marked unproved, and its points expire", async () => {
  const arena = await openArena([{ count: 1 }]);
  const newest = await makeOldPool(arena);
  await using before = await arena.open();
  expect(await before.points("disk")).toHaveLength(2);
  await arena.assertHonest();

  await arena.change("disk", [write(8 * MiB, MiB)]);
  const { report } = await arena.backup({ force: true, takeOver: true });
  expect(report).toMatchObject({ exit: 0, totals: { done: 1, full: 0, incremental: 1 } });
  expect(report.totals.bytes).toBeLessThan(2 * MiB);
  await arena.assertHonest();
  expect((await arena.liveSnapshots("disk")).map((one) => one.name)).not.toContain(newest);
  const [listed] = await before.list();
  expect(listed).toMatchObject({ uuid: CHAIN, unproved: true, snapshots: 3 });

  // The step is recorded: it is not asked for again, and ids prove the base from now on.
  const again = await arena.backup({ force: true });
  expect(again.report).toMatchObject({ exit: 0, totals: { incremental: 1 } });
  expect(await arena.backupSnapshots(CHAIN)).toHaveLength(4);
  await arena.assertHonest();
});

test("a shared name that is not as old as it says is no base: the old chain is closed, nothing is lost", async () => {
  const arena = await openArena();
  await makeOldPool(arena, -3_600_000);
  const { report, events } = await arena.backup({ force: true, takeOver: true });
  expect(report).toMatchObject({ exit: 0, totals: { full: 1, incremental: 0 } });
  expect(events).toContainEqual(expect.objectContaining({ kind: "warning", about: CHAIN }));
  const images = await arena.backupImages();
  expect(images).toHaveLength(2);
  const closed = images.find((image) => image.startsWith("closed-")) as string;
  expect(await arena.backupSnapshots(closed)).toHaveLength(2);
  expect(await arena.backupSnapshots(CHAIN)).toHaveLength(1);
  await arena.assertHonest();
});

test("--take-over prove hashes first: an equal copy goes on, a damaged one becomes a closed generation", async () => {
  const good = await openArena();
  await makeOldPool(good);
  const proved = await good.backup({ force: true, takeOver: "prove" });
  expect(proved.report).toMatchObject({ exit: 0, totals: { incremental: 1, full: 0 } });
  expect(await countSides(good, "disk")).toEqual({ live: 1, backup: 3 });
  await good.assertHonest();

  const bad = await openArena();
  await bad.createImage("disk", 16 * MiB);
  await bad.backupSide("create", `--pool=${bad.pool}`, `--image=${CHAIN}`, "--size", `${16 * MiB}B`);
  await bad.change("disk", [write(0, MiB)]);
  // The copy has the name and the size, but other bytes.
  const name = oldName(Date.now());
  await bad.live("snap", "create", "--no-progress", `--pool=${bad.pool}`, "--image=disk", `--snap=${name}`);
  await bad.backupSide("snap", "create", "--no-progress", `--pool=${bad.pool}`, `--image=${CHAIN}`, `--snap=${name}`);
  const refused = await bad.backup({ force: true, takeOver: "prove" });
  expect(refused.report).toMatchObject({ exit: 0, totals: { incremental: 0, full: 1 } });
  expect(await bad.backupImages()).toHaveLength(2);
  expect(await bad.backupSnapshots(CHAIN)).toHaveLength(1);
  await bad.assertHonest();
});
