import { expect, test } from "vitest";
import { MiB, openArena, write } from "../src/arena.ts";

test("a first backup is full, the next one moves only the difference, and two due profiles are one transfer", async () => {
  const arena = await openArena([{}, { name: "hourly", interval: 3_600_000, count: 24 }]);
  await arena.createImage("disk", 64 * MiB);
  await arena.change("disk", [write(0, 8 * MiB), write(40 * MiB, MiB)]);

  const first = await arena.backup();
  expect(first.report).toMatchObject({ exit: 0, totals: { done: 1, full: 1, incremental: 0, failed: 0 } });
  expect(first.report.totals.bytes).toBeLessThan(9 * MiB + 4096);
  expect(await arena.liveSnapshots("disk")).toHaveLength(1);
  expect(await arena.backupSnapshots("alpha;disk;None")).toHaveLength(2);
  await arena.assertHonest();

  const idle = await arena.backup();
  expect(idle.report).toMatchObject({ exit: 0, totals: { planned: 0, bytes: 0 } });

  await arena.change("disk", [write(20 * MiB, MiB), { kind: "discard", offset: 0, length: 4 * MiB }]);
  const second = await arena.backup({ force: true });
  expect(second.report).toMatchObject({ exit: 0, totals: { done: 1, full: 0, incremental: 1 } });
  expect(second.report.totals.bytes).toBeLessThan(2 * MiB);
  expect(await arena.liveSnapshots("disk")).toHaveLength(1);
  expect(await arena.backupSnapshots("alpha;disk;None")).toHaveLength(4);
  await arena.assertHonest();
});
