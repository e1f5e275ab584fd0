import { expect, test } from "vitest";
import { DAY, MiB, openArena, write, type Arena } from "../src/arena.ts";
import { daily, makeHistory, readMark, setMark } from "../src/history.ts";

const TARGET = "alpha;gone;None";
const HOUR = DAY / 24;

/** A disk with these backups and another one, which stays: a pool that lists nothing proves nothing. */
async function openTwo(moments: ReturnType<typeof daily>): Promise<Arena> {
  const arena = await openArena([{ count: 3 }]);
  await makeHistory(arena, "gone", moments);
  await arena.createImage("stays", 8 * MiB);
  return arena;
}

/** The trash of Ceph is gone for a listing, and can be brought back with all its ids. */
async function vanish(arena: Arena, image: string): Promise<() => Promise<void>> {
  const { id } = JSON.parse(await arena.live("info", `${arena.pool}/${image}`, "--format", "json")) as { id: string };
  await arena.live("trash", "mv", `${arena.pool}/${image}`);
  return async () => void (await arena.live("trash", "restore", `${arena.pool}/${id}`));
}

/** As if earlier runs, so many of them, had missed it since so many hours ago. */
async function setGone(arena: Arena, runs: number, hours: number): Promise<void> {
  const at = (ago: number): string => new Date(Date.now() - ago * HOUR).toISOString();
  const { fsid } = arena.sandbox.live;
  await setMark(arena, TARGET, "gone", { since: at(hours), last: at(Math.min(hours, 1)), runs, fsid });
}

const NOTHING = { removedLive: 0, removedBackup: 0, trashed: 0, failed: 0 };

test("a disk is gone only after three looks over two days; one reappearance begins anew", async () => {
  const arena = await openTwo(daily(6, { newest: 2, count: 3 }));
  const before = await arena.backupSnapshots(TARGET);
  const restore = await vanish(arena, "gone");

  for (const runs of [1, 2, 2, 2]) {
    // Many looks in a short time are no proof, and after two of them only one that counts is written.
    expect((await arena.backup()).report).toMatchObject({ exit: 0, totals: NOTHING });
    expect(await readMark(arena, TARGET, "gone")).toMatchObject({ runs, fsid: arena.sandbox.live.fsid });
  }
  await setGone(arena, 1, 100); // a long time with few looks is none either
  expect((await arena.backup()).report).toMatchObject({ exit: 0, totals: NOTHING });
  await setGone(arena, 2, 47);
  expect((await arena.backup()).report).toMatchObject({ exit: 0, totals: NOTHING });
  expect(await arena.backupSnapshots(TARGET)).toEqual(before);

  await restore();
  const back = await arena.backup();
  expect(back.report).toMatchObject({ exit: 0, totals: { done: 1, incremental: 1, removedBackup: 4 } });
  expect(await readMark(arena, TARGET, "gone")).toBeUndefined();
  expect(await arena.backupSnapshots(TARGET)).toHaveLength(3);
  await vanish(arena, "gone");
  expect((await arena.backup()).report).toMatchObject({ exit: 0, totals: NOTHING });
  expect(await readMark(arena, TARGET, "gone")).toMatchObject({ runs: 1 });
  await arena.assertHonest();
});

test("the points of a disk that is gone fade by age, but for the last copy", async () => {
  const arena = await openTwo(daily(6, { newest: 1, count: 3 }));
  const last = await arena.backupSnapshots(TARGET);
  await vanish(arena, "gone");
  await setGone(arena, 2, 50);
  const { report } = await arena.backup();
  expect(report).toMatchObject({ exit: 0, refused: [], totals: { removedBackup: 4, removedLive: 0, trashed: 0 } });
  expect(await arena.backupSnapshots(TARGET)).toEqual(last.slice(4));
  expect((await arena.backup()).report).toMatchObject({ exit: 0, totals: NOTHING });
  await arena.assertHonest();
});

test("the last copy goes into the trash with its snapshots, comes back, and is continued", async () => {
  const arena = await openTwo([50, 45].map((ago) => ({ ago, names: [["daily", 3]], live: ago === 45 })));
  await arena.assertHonest();
  const before = await arena.backupSnapshots(TARGET);
  const restore = await vanish(arena, "gone");
  await setGone(arena, 2, 50);
  const { report } = await arena.backup();
  expect(report).toMatchObject({ exit: 0, refused: [], totals: { trashed: 1, removedBackup: 0, removedLive: 0 } });
  expect(await arena.backupImages()).toEqual(["alpha;stays;None"]);

  const listed = await arena.backupSide("trash", "ls", "--long", `--pool=${arena.pool}`, "--format", "json");
  const [trashed, ...others] = JSON.parse(listed) as {
    id: string;
    name: string;
    deferred_until?: string;
    status?: string;
  }[];
  expect(others).toEqual([]);
  expect(trashed).toMatchObject({ name: TARGET });
  // rbd prints the time as ctime does: "expires at" or "protected until", by version.
  expect(JSON.stringify(trashed)).toMatch(/(expired|protected)/);
  expect((await arena.backup()).report).toMatchObject({ exit: 0, totals: { ...NOTHING, planned: 0 } });

  await arena.backupSide("trash", "restore", `${arena.pool}/${trashed!.id}`);
  await restore();
  expect(await arena.backupSnapshots(TARGET)).toEqual(before);
  await arena.assertHonest();
  await arena.change("gone", [write(8 * MiB, 65_536)]);
  const back = await arena.backup();
  expect(back.report).toMatchObject({ exit: 0, totals: { done: 1, incremental: 1, full: 0, trashed: 0 } });
  expect(back.report.totals.bytes).toBeLessThan(MiB);
  expect(await readMark(arena, TARGET, "gone")).toBeUndefined();
  await arena.assertHonest();
});

test("a live cluster that lists nothing at all counts as not listed", async () => {
  const arena = await openArena([{ count: 3 }]);
  await makeHistory(arena, "gone", daily(6, { newest: 1, count: 3 }));
  const before = await arena.backupSnapshots(TARGET);
  await vanish(arena, "gone");
  await setGone(arena, 2, 50);
  for (const _ of [1, 2, 3]) {
    const { report } = await arena.backup();
    expect(report).toMatchObject({ exit: 3, jobs: [], totals: NOTHING });
    expect(report.failures).toMatchObject([{ about: "alpha" }]);
    expect(report.failures[0]!.failure.message).toMatch(/lists no image at all although backups of it exist/);
  }
  expect(await readMark(arena, TARGET, "gone")).toMatchObject({ runs: 2 });
  expect(await arena.backupSnapshots(TARGET)).toEqual(before);
  await arena.assertHonest();
});
