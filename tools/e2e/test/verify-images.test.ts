import type { ImageVerification, SuspectMark } from "@backurne/model";
import { expect, test } from "vitest";
import { MiB, openArena, write, type Arena } from "../src/arena.ts";
import { openFaults } from "../src/faults.ts";
import { readMark } from "../src/history.ts";
import { targetOf } from "../src/sides.ts";
import { dropDiscards, flipBit } from "../src/tamper.ts";

const SIZE = 12 * MiB + 1536;

async function openVerifying(verifySent = true): Promise<Arena> {
  const arena = await openArena();
  arena.settings = { ...arena.settings, verifySent };
  return arena;
}

/** One disk whose blocks are partly its own and partly only its parent's: 0-3 MiB and 8-10 MiB, less what it wrote. */
async function makeClone(arena: Arena): Promise<void> {
  const pool = `--pool=${arena.pool}`;
  await arena.createImage("parent", SIZE);
  await arena.change("parent", [write(0, 3 * MiB), write(8 * MiB, 2 * MiB)]);
  await arena.live("snap", "create", "--no-progress", pool, "--image=parent", "--snap=golden");
  const format = ["--rbd-default-clone-format", "2"];
  await arena.live(
    "clone",
    ...format,
    pool,
    "--image=parent",
    "--snap=golden",
    `--dest-pool=${arena.pool}`,
    "--dest=clone",
  );
  await arena.change("clone", [write(MiB + 4096, 70_000), write(5 * MiB, 4096)]);
}

async function verify(arena: Arena, image: string): Promise<ImageVerification | undefined> {
  await using backurne = await arena.open();
  return (await backurne.verify({ manner: "full", image })).images[0];
}

/** What was sent is the same, and so is all of it. */
async function expectSame(arena: Arena, image: string, size: number): Promise<void> {
  const { report } = await arena.backup({ force: true });
  expect(report).toMatchObject({ exit: 0, failures: [], warnings: [] });
  expect(report.jobs.find(({ subject }) => subject.disk === image)?.verified).toBe("sent");
  expect(await verify(arena, image)).toMatchObject({ outcome: "same", how: "full", bytes: size, ranges: [] });
}

test("a clone is compared with its parent's blocks: what was sent, and all of it", async () => {
  const arena = await openVerifying();
  await makeClone(arena);
  await expectSame(arena, "clone", SIZE);
  // Over the parent's blocks: zeros instead of them, a part of them, and none of them.
  await arena.change("clone", [
    { kind: "discard", offset: 0, length: MiB + 512 },
    write(8 * MiB + 511, 100_000),
    { kind: "discard", offset: 9 * MiB, length: MiB },
  ]);
  await expectSame(arena, "clone", SIZE);
  await arena.live("flatten", "--no-progress", `--pool=${arena.pool}`, "--image=clone");
  await arena.change("clone", [write(2 * MiB, 4096)]);
  await expectSame(arena, "clone", SIZE);
});

test.each([
  ["what was sent", true],
  ["all of it", false],
])("a bit that flips in a block that only the parent has is found: %s", async (_, verifySent) => {
  const arena = await openVerifying(verifySent);
  const { env, set, struck } = await openFaults();
  await makeClone(arena);
  await arena.live("snap", "rm", "--no-progress", `--pool=${arena.pool}`, "--image=parent", "--snap=golden");
  arena.settings = {
    ...arena.settings,
    liveClusters: arena.settings.liveClusters.map((one) => ({
      ...one,
      rules: [{ effect: "exclude", path: "exclude[0]", match: { name: "parent" } }],
    })),
  };
  await set(flipBit(9 * MiB + 5000));
  const { report } = await arena.backup({}, { env });
  expect(await struck()).toBe(1);
  const target = targetOf("clone");
  if (verifySent) expect(report).toMatchObject({ exit: 13, totals: { full: 1 } });
  else {
    expect(report).toMatchObject({ exit: 0, totals: { full: 1 } });
    expect(await verify(arena, "clone")).toMatchObject({ outcome: "different", how: "full" });
  }
  const { ranges } = (await readMark(arena, target, "suspect")) as SuspectMark;
  const [{ offset, length } = { offset: 0, length: 0 }] = ranges;
  expect(ranges).toHaveLength(1);
  expect(offset).toBeLessThanOrEqual(9 * MiB + 5000);
  expect(offset + length).toBeGreaterThan(9 * MiB + 5000);
});

test("an image that grew, shrank, and did both between two backups is compared in its size of that moment", async () => {
  const arena = await openVerifying();
  const resize = (size: number) => ({ kind: "resize", size }) as const;
  await arena.createImage("disk", SIZE);
  await arena.change("disk", [write(0, 2 * MiB), write(10 * MiB, MiB)]);
  await expectSame(arena, "disk", SIZE);

  const grown = 20 * MiB + 512;
  await arena.change("disk", [resize(grown), write(grown - 5000, 5000), write(SIZE - 100, 200)]);
  await expectSame(arena, "disk", grown);

  const shrunk = 6 * MiB + 1024;
  await arena.change("disk", [resize(shrunk), write(shrunk - 100, 100)]);
  await expectSame(arena, "disk", shrunk);

  // What was cut off is zeros when it comes back.
  await arena.change("disk", [resize(MiB + 512), resize(SIZE)]);
  await expectSame(arena, "disk", SIZE);
  const points = await arena.backupSnapshots(targetOf("disk"));
  expect(points.map(({ size }) => size)).toEqual([SIZE, grown, shrunk, SIZE]);
  await arena.assertHonest();
});

test("blocks that were cut off on the source and stayed on the copy are found", async () => {
  const arena = await openVerifying();
  const { env, set, struck } = await openFaults();
  await arena.createImage("disk", SIZE);
  await arena.change("disk", [write(0, 2 * MiB), write(10 * MiB, MiB)]);
  expect((await arena.backup()).report.exit).toBe(0);
  await arena.change("disk", [
    { kind: "resize", size: MiB },
    { kind: "resize", size: SIZE },
  ]);
  await set(dropDiscards());
  const { report } = await arena.backup({ force: true }, { env });
  expect(await struck()).toBe(1);
  expect(report).toMatchObject({ exit: 13, totals: { incremental: 1 } });
  const { ranges } = (await readMark(arena, targetOf("disk"), "suspect")) as SuspectMark;
  const covers = (at: number): boolean => ranges.some(({ offset, length }) => offset <= at && at < offset + length);
  expect([covers(MiB + 4096), covers(10 * MiB + 4096), covers(0), covers(5 * MiB)]).toEqual([true, true, false, false]);
});
