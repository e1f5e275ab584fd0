import { describe, expect, test } from "vitest";
import { MiB, openArena, write, type Arena } from "../src/arena.ts";
import { countSides, expectDone, targetOf } from "../src/sides.ts";

// Names prove nothing: what is continued has to be the same disk, from the same base, on a head nobody else has written to.

test("a disk is deleted and made anew under its name: a new generation, the old one is closed and stays as it was", async () => {
  const arena = await openArena();
  await arena.createImage("disk", 8 * MiB);
  await arena.change("disk", [write(0, 2 * MiB)]);
  expectDone(await arena.backup(), "full");
  await arena.change("disk", [write(4 * MiB, MiB)]);
  expectDone(await arena.backup({ force: true }), "incremental");
  await arena.assertHonest();
  const before = await arena.backupSnapshots(targetOf("disk"));
  expect(before).toHaveLength(2);

  const disk = [`--pool=${arena.pool}`, "--image=disk"];
  await arena.live("snap", "purge", "--no-progress", ...disk);
  await arena.live("rm", "--no-progress", ...disk);
  await arena.createImage("disk", 8 * MiB);
  await arena.change("disk", [write(4 * MiB, MiB)]);
  const anew = await arena.backup({ force: true });
  expectDone(anew, "full");
  expect(anew.report.totals.bytes).toBeLessThan(MiB + 4096);
  expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 1 });
  const images = await arena.backupImages();
  expect(images).toHaveLength(2);
  const closed = images.find((image) => image.startsWith("closed-")) as string;
  expect(await arena.backupSnapshots(closed)).toMatchObject(before.map(({ id, name, size }) => ({ id, name, size })));
  await arena.assertHonest();

  await arena.change("disk", [write(0, MiB)]);
  expectDone(await arena.backup({ force: true }), "incremental");
  expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 2 });
  expect(await arena.backupSnapshots(closed)).toHaveLength(2);
  await arena.assertHonest();
});

test("the head of the target was written to, and resized, by someone else between two runs", async () => {
  const arena = await openArena();
  await arena.createImage("disk", 16 * MiB);
  await arena.change("disk", [write(0, 2 * MiB)]);
  expectDone(await arena.backup(), "full");
  await arena.scribble(targetOf("disk"), [write(MiB, MiB), write(8 * MiB, MiB), { kind: "resize", size: 24 * MiB }]);
  await arena.change("disk", [write(4 * MiB, MiB)]);
  const second = await arena.backup({ force: true });
  expectDone(second, "incremental");
  expect(second.report.totals.bytes).toBeLessThan(MiB + 4096);
  expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 2 });
  await arena.assertHonest();
});

describe("the source is rolled back behind the newest backup", () => {
  async function rollBack(): Promise<{ arena: Arena; newest: string }> {
    const arena = await openArena([{ maxOnLive: 4 }]);
    await arena.createImage("disk", 16 * MiB);
    await arena.change("disk", [write(0, MiB), write(8 * MiB, 4 * MiB)]);
    expectDone(await arena.backup(), "full");
    await arena.change("disk", [write(4 * MiB, 4 * MiB), write(0, 4096)]);
    expectDone(await arena.backup({ force: true }), "incremental");
    const [first, second] = await arena.liveSnapshots("disk");
    const disk = [`--pool=${arena.pool}`, "--image=disk"];
    await arena.live("snap", "rollback", "--no-progress", ...disk, `--snap=${first?.name}`);
    await arena.change("disk", [write(12 * MiB, MiB)]);
    return { arena, newest: second?.name as string };
  }

  /** A rollback writes every object anew that it changes. */
  async function goOn(arena: Arena, bytes: number): Promise<void> {
    const third = await arena.backup({ force: true });
    expectDone(third, "incremental");
    expect(third.report.totals.bytes).toBeLessThan(bytes + 4096);
    expect((await countSides(arena, "disk")).backup).toBe(3);
    await arena.assertHonest();
  }

  test("whose live snapshot still stands", async () => {
    const { arena } = await rollBack();
    await goOn(arena, 3 * MiB);
    expect((await countSides(arena, "disk")).live).toBe(3);
  });

  test("whose live snapshot is gone: the base is older than the newest snapshot of the target", async () => {
    const { arena, newest } = await rollBack();
    await arena.live("snap", "rm", "--no-progress", `--pool=${arena.pool}`, "--image=disk", `--snap=${newest}`);
    await goOn(arena, 2 * MiB);
    expect((await countSides(arena, "disk")).live).toBe(2);
  });
});
