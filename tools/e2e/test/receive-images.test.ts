import { expect, test } from "vitest";
import { MiB, openArena, write, type Arena } from "../src/arena.ts";
import { targetOf } from "../src/sides.ts";

/** One of each kind a pool may hold; sizes that are no multiple of anything. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  plain: [],
  "tiny-objects": ["--object-size", "4K"],
  "huge-objects": ["--object-size", "32M"],
  striped: ["--object-size", "1M", "--stripe-unit", "64K", "--stripe-count", "4"],
  bare: ["--image-feature", "layering"],
  mirrored: ["--image-feature", "layering,exclusive-lock,journaling"],
};
const SIZE = 10 * MiB + 1536;

test("clones, striped images, objects of any size: full, incremental, with discards, shrinking", async () => {
  const arena = await openArena();
  const images = [...Object.keys(KINDS), "parent", "clone", "flattened"];
  for (const [image, args] of Object.entries(KINDS)) await arena.createImage(image, SIZE, ...args);
  await arena.createImage("parent", SIZE);
  await arena.change("parent", [write(0, 3 * MiB), write(8 * MiB, 2 * MiB)]);
  await snap(arena, "create", "parent", "golden");
  for (const clone of ["clone", "flattened"]) {
    const from = [`--pool=${arena.pool}`, "--image=parent", "--snap=golden"];
    await arena.live(
      "clone",
      "--rbd-default-clone-format",
      "2",
      ...from,
      `--dest-pool=${arena.pool}`,
      `--dest=${clone}`,
    );
  }
  for (const image of images) await arena.change(image, [write(MiB - 100, 70_000), write(9 * MiB, 4096)]);

  const all = images.length;
  const first = await arena.backup();
  expect(first.report).toMatchObject({ exit: 0, totals: { done: all, full: all, incremental: 0, failed: 0 } });
  await arena.assertHonest();

  await arena.live("flatten", "--no-progress", `--pool=${arena.pool}`, "--image=flattened");
  for (const image of images) {
    await arena.change(image, [
      { kind: "discard", offset: 0, length: MiB + 512 },
      write(2 * MiB + 511, 100_000),
      { kind: "discard", offset: 8 * MiB, length: 2 * MiB },
    ]);
  }
  const second = await arena.backup({ force: true });
  expect(second.report).toMatchObject({ exit: 0, totals: { done: all, full: 0, incremental: all, failed: 0 } });
  await arena.assertHonest();

  for (const image of images) {
    const grown = { kind: "resize", size: 2 * SIZE } as const;
    await arena.change(image, [{ kind: "resize", size: 2 * MiB + 1024 }, grown, write(SIZE, 5000)]);
  }
  const third = await arena.backup({ force: true });
  expect(third.report).toMatchObject({ exit: 0, totals: { done: all, full: 0, incremental: all, failed: 0 } });
  await arena.assertHonest();
  for (const image of images) {
    expect(await arena.liveSnapshots(image)).toHaveLength(image === "parent" ? 2 : 1);
    const points = await arena.backupSnapshots(targetOf(image));
    expect(points.map(({ size }) => size)).toEqual([SIZE, SIZE, 2 * SIZE]);
  }
  expect(await arena.backupImages()).toHaveLength(all);
});

test("what others made stays on both sides: operators' snapshots, protected ones, groups, another installation's", async () => {
  const arena = await openArena([{ count: 1, interval: 1000 }]);
  const { pool } = arena;
  const target = targetOf("disk");
  const foreign = "backup;daily;7;2020-01-01T00:00:00.000Z";
  await arena.createImage("disk", 16 * MiB);
  await arena.change("disk", [write(0, MiB)]);
  await snap(arena, "create", "disk", "before-upgrade");
  await snap(arena, "create", "disk", "golden");
  await snap(arena, "protect", "disk", "golden");
  await snap(arena, "create", "disk", foreign);
  await arena.live("group", "create", `${pool}/all`);
  await arena.live("group", "image", "add", `${pool}/all`, `${pool}/disk`);
  await arena.live("group", "snap", "create", `${pool}/all@together`);
  const live = await everySnapshot(arena, "live", "disk");
  expect(live).toHaveLength(4);

  expect((await arena.backup()).report).toMatchObject({
    exit: 0,
    totals: { full: 1, removedLive: 0, removedBackup: 0 },
  });
  await arena.assertHonest();
  const [ours] = await arena.backupSnapshots(target);
  for (const name of ["by-hand", "kept"]) await arena.backupSide("snap", "create", ...at(arena, target, name));
  await arena.backupSide("snap", "protect", ...at(arena, target, "kept"));

  for (const night of [1, 2, 3]) {
    arena.ahead = night * 3000;
    await arena.change("disk", [write(night * 2 * MiB, MiB), { kind: "discard", offset: 0, length: 4096 * night }]);
    const { report } = await arena.backup({ force: true });
    expect(report).toMatchObject({ exit: 0, totals: { done: 1, incremental: 1, full: 0, failed: 0 } });
    expect(report.totals).toMatchObject({ removedLive: 1, removedBackup: 1 });
    await arena.assertHonest();
  }
  const liveAfter = await everySnapshot(arena, "live", "disk");
  expect(liveAfter).toHaveLength(5);
  expect(liveAfter).toEqual(expect.arrayContaining([...live]));
  const standing = (await everySnapshot(arena, "backup", target)).map((name) => name.split("/")[1]);
  expect(standing).toEqual(expect.arrayContaining(["by-hand", "kept"]));
  expect(standing).not.toContain(ours?.name);
  expect(standing).toHaveLength(3);
  expect(await arena.live("group", "snap", "ls", `${pool}/all`)).toContain("together");
});

function at(arena: Arena, image: string, snapshot: string): readonly string[] {
  return [`--pool=${arena.pool}`, `--image=${image}`, `--snap=${snapshot}`];
}

async function snap(arena: Arena, what: "create" | "protect", image: string, name: string): Promise<void> {
  await arena.live("snap", what, ...at(arena, image, name));
}

/** Of every namespace, as id/name. */
async function everySnapshot(arena: Arena, side: "live" | "backup", image: string): Promise<readonly string[]> {
  const args = ["snap", "ls", "--all", `--pool=${arena.pool}`, `--image=${image}`, "--format", "json"];
  const text = side === "live" ? await arena.live(...args) : await arena.backupSide(...args);
  return (JSON.parse(text) as { id: number; name: string }[]).map(({ id, name }) => `${id}/${name}`);
}
