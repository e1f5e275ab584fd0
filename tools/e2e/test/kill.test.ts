import { expect, test } from "vitest";
import { MiB, openArena, write, type Arena } from "../src/arena.ts";
import { converge } from "../src/converge.ts";
import { expireLeases } from "../src/leases.ts";
import { killOne } from "../src/processes.ts";
import { receivingImage } from "../src/receiving.ts";
import { openShim } from "../src/shim.ts";
import { startTool } from "../src/tool.ts";

const VICTIMS = ["ssh", "importer", "exporter"] as const;
const IMAGES = [...VICTIMS, "untouched"].map((name) => `img-${name}`);

async function openImages(): Promise<Arena> {
  const arena = await openArena([{ maxOnLive: 1, count: 100 }]);
  await Promise.all(IMAGES.map((image) => arena.createImage(image, 32 * MiB)));
  await change(arena, 0);
  return arena;
}

/** Enough that no pipe holds it: the exporter still runs while the importer stands. */
async function change(arena: Arena, offset: number): Promise<void> {
  await Promise.all(IMAGES.map((image) => arena.change(image, [write(offset * MiB, 8 * MiB)])));
}

/** Kills each program of a transfer in the middle, in one run: a disk for each of them, and one that has to do well. */
async function killInTheMiddle(arena: Arena): Promise<void> {
  const shim = await openShim();
  const point = await shim.holdImport(2 * MiB);
  const tool = await startTool(arena, { open: { env: shim.env }, backup: { force: true } });
  const importing = await Promise.all(IMAGES.map((image) => receivingImage(arena, image)));
  await killOne(arena, "ssh", "export-diff#--image=img-ssh");
  await killOne(arena, "rbd", "export-diff#--image=img-exporter");
  await killOne(arena, "rbd", `import-diff#--image=${importing[1]}`);
  await point.go();
  const end = await tool.ended;
  expect(end.report).toMatchObject({ exit: 3, totals: { done: 1, failed: 3 } });
  const failed = end.report!.jobs.filter((job) => job.outcome === "failed");
  expect(failed.map((job) => job.subject.disk).sort()).toEqual(["img-exporter", "img-importer", "img-ssh"]);
  expect(end.report!.jobs.find((job) => job.outcome === "done")!.subject.disk).toBe("img-untouched");
  await arena.assertHonest();
}

test("ssh, the importer and the exporter are killed in the middle of first backups: the next run converges", async () => {
  const arena = await openImages();
  await killInTheMiddle(arena);
  const end = await converge(arena, { backup: {} });
  expect(end.report!.totals).toMatchObject({ done: 3, full: 3 });
  for (const image of IMAGES) {
    expect(await arena.backupSnapshots(`alpha;${image};None`)).toHaveLength(1);
    expect(await arena.liveSnapshots(image)).toHaveLength(1);
  }
  await arena.assertHonest();
});

test("ssh, the importer and the exporter are killed in the middle of incrementals: the next run converges", async () => {
  const arena = await openImages();
  expect((await converge(arena)).report!.totals).toMatchObject({ full: 4 });
  await change(arena, 8);
  await killInTheMiddle(arena);
  // What was received and never committed is taken back on the source.
  await Promise.all(
    IMAGES.map((image) => arena.change(image, [{ kind: "discard", offset: 8 * MiB, length: 8 * MiB }])),
  );
  const end = await converge(arena);
  expect(end.report!.totals).toMatchObject({ done: 4, incremental: 4 });
  for (const image of IMAGES) {
    const points = image === "img-untouched" ? 3 : 2;
    expect(await arena.backupSnapshots(`alpha;${image};None`)).toHaveLength(points);
    expect(await arena.liveSnapshots(image)).toHaveLength(2);
  }
  await arena.assertHonest();
});

test.each([
  ["a first backup", 0],
  ["an incremental", 1],
])(
  "the tool is killed in the middle of %s: its programs end without it and the next run converges",
  async (_, points) => {
    const arena = await openArena([{ maxOnLive: 1, count: 100 }]);
    await arena.createImage("disk", 32 * MiB);
    if (points > 0) await converge(arena);
    await arena.change("disk", [write(0, 8 * MiB)]);
    const shim = await openShim();
    const point = await shim.holdImport(2 * MiB);
    const tool = await startTool(arena, { open: { env: shim.env }, backup: { force: true } });
    await point.reached;
    tool.send("SIGKILL");
    expect((await tool.ended).signal).toBe("SIGKILL");
    await point.go();
    await expireLeases(arena);
    await arena.change("disk", [{ kind: "discard", offset: 0, length: 8 * MiB }, write(16 * MiB, MiB)]);
    const end = await converge(arena);
    expect(end.report!.totals).toMatchObject({
      done: 1,
      full: points === 0 ? 1 : 0,
      incremental: points,
      removedLive: 1,
    });
    expect(end.report!.totals.bytes).toBeLessThan(2 * MiB);
    expect(await arena.backupSnapshots("alpha;disk;None")).toHaveLength(points + 1);
    expect(await arena.liveSnapshots("disk")).toHaveLength(points + 1);
    await arena.assertHonest();
  },
);
