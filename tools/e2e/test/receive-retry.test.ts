import { describe, expect, test } from "vitest";
import { MiB, openArena, write, type Arena } from "../src/arena.ts";
import { openFaults, type Fault } from "../src/faults.ts";
import { cutExport, onExport } from "@backurne/faults";
import { countSides, expectDone, expectFailed, targetOf } from "../src/sides.ts";

// What an aborted transfer left must never show through in a later one: blocks of an object that was new and is trimmed again.

test("a first transfer is cut, its first object trimmed at the source, and retried", async () => {
  const arena = await openArena();
  const faults = await openFaults();
  await arena.createImage("disk", 16 * MiB);
  await arena.change("disk", [write(0, 4 * MiB), write(8 * MiB, 4 * MiB)]);

  await faults.set(cutExport(6 * MiB));
  expectFailed(await arena.backup({}, faults), /commit refused/);
  expect(await faults.struck()).toBe(1);
  expect(await countSides(arena, "disk")).toEqual({ live: 0, backup: 0 });
  expect(await arena.backupImages()).toEqual([expect.stringMatching(/^partial-/)]);

  await arena.change("disk", [{ kind: "discard", offset: 0, length: 4 * MiB }]);
  expectDone(await arena.backup(), "full");
  expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 1 });
  expect(await arena.backupImages()).toEqual([targetOf("disk")]);
  await arena.assertHonest();
});

const newObject = [write(4 * MiB, 4 * MiB), write(8 * MiB, 4 * MiB)];
const trim = { kind: "discard", offset: 4 * MiB, length: 4 * MiB } as const;
const keepSnapshot: Fault = { where: "live", when: "snap rm", does: "exit 5" };

describe("an incremental is cut after a new object", () => {
  async function cutOne(extra: readonly Fault[] = []): Promise<Arena> {
    const arena = await openArena();
    const faults = await openFaults();
    await arena.createImage("disk", 16 * MiB);
    await arena.change("disk", [write(0, MiB)]);
    expectDone(await arena.backup(), "full");
    await arena.change("disk", newObject);
    await faults.set(cutExport(6 * MiB), ...extra);
    expectFailed(await arena.backup({ force: true }, faults), /commit refused/);
    expect(await faults.struck()).toBe(1 + extra.length);
    expect(await countSides(arena, "disk")).toEqual({ live: 1 + extra.length, backup: 1 });
    return arena;
  }

  async function retry(arena: Arena): Promise<void> {
    expectDone(await arena.backup({ force: true }), "incremental");
    expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 2 });
    await arena.assertHonest();
  }

  test("that is trimmed at the source; the aborted snapshot is removed", async () => {
    const arena = await cutOne();
    await arena.change("disk", [trim]);
    await retry(arena);
  });

  test("that is trimmed at the source; the aborted snapshot was left standing", async () => {
    const arena = await cutOne([keepSnapshot]);
    await arena.change("disk", [trim]);
    await retry(arena);
  });

  test("and the source is rolled back to the base", async () => {
    const arena = await cutOne();
    const [base] = await arena.liveSnapshots("disk");
    await arena.live(
      "snap",
      "rollback",
      "--no-progress",
      `--pool=${arena.pool}`,
      "--image=disk",
      `--snap=${base?.name}`,
    );
    await arena.change("disk", [write(12 * MiB, MiB)]);
    await retry(arena);
  });
});

test("an image shrinks, grows, and does both between two runs", async () => {
  const arena = await openArena();
  await arena.createImage("disk", 16 * MiB);
  await arena.change("disk", [write(0, MiB), write(6 * MiB, 10 * MiB)]);
  expectDone(await arena.backup(), "full");
  const sizes = [16 * MiB];
  for (const [size, ...more] of [
    [7 * MiB + 512],
    [24 * MiB, write(20 * MiB, MiB)],
    [5 * MiB, { kind: "resize", size: 32 * MiB }, write(9 * MiB, MiB)],
    [16 * MiB],
  ] as const) {
    await arena.change("disk", [{ kind: "resize", size }, ...more]);
    expectDone(await arena.backup({ force: true }), "incremental");
    await arena.assertHonest();
    sizes.push((await arena.liveSnapshots("disk"))[0]?.size ?? 0);
  }
  expect(sizes).toEqual([16 * MiB, 7 * MiB + 512, 24 * MiB, 32 * MiB, 16 * MiB]);
  expect((await arena.backupSnapshots(targetOf("disk"))).map(({ size }) => size)).toEqual(sizes);
  expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 5 });
});

test("a size that did not arrive leaves no point behind", async () => {
  const arena = await openArena([{}, { name: "hourly", interval: 3_600_000, count: 24 }]);
  const faults = await openFaults();
  await arena.createImage("disk", 16 * MiB);
  await arena.change("disk", [write(0, MiB)]);
  expectDone(await arena.backup(), "full");
  await arena.change("disk", [{ kind: "resize", size: 8 * MiB }, write(MiB, MiB)]);
  await faults.set(withoutSize);
  expectFailed(await arena.backup({ force: true }, faults), /another size/);
  expect(await faults.struck()).toBe(1);
  expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 2 });
  expectDone(await arena.backup({ force: true }), "incremental");
  expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 4 });
  await arena.assertHonest();
});

/** The record of the size is all that is lost: import-diff ends with 0, and its snapshot has the old size. */
const withoutSize = onExport(
  `"$real" "$@" | perl -e 'binmode $_ for STDIN, STDOUT; local $/; my ($all, $at) = (scalar <STDIN>, 12);
  $at += 5 + unpack "L<", substr $all, $at + 1, 4 for 1, 2; substr($all, $at, 9) = ""; print $all'`,
);
