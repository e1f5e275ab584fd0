import type { PlainCluster } from "@backurne/model";
import { expect, test } from "vitest";
import { MiB, openArena, write, writeHead, type Arena } from "../src/arena.ts";
import { digest, listSnapshots } from "../src/kept.ts";

function reachedBy(arena: Arena, change: Partial<PlainCluster>): void {
  const [cluster] = arena.settings.liveClusters as [PlainCluster];
  arena.settings = { ...arena.settings, liveClusters: [{ ...cluster, ...change }] };
}

/** What came over the wire each time, where anybody said. */
async function backUpTwice(arena: Arena): Promise<readonly (number | undefined)[]> {
  await arena.createImage("disk", 32 * MiB);
  await arena.change("disk", [write(0, 4 * MiB)]);
  const first = await arena.backup();
  expect(first.report).toMatchObject({ exit: 0, totals: { full: 1 } });
  await arena.change("disk", [write(8 * MiB, MiB), { kind: "resize", size: 48 * MiB }]);
  const second = await arena.backup({ force: true });
  expect(second.report).toMatchObject({ exit: 0, totals: { incremental: 1 } });
  expect(second.report.totals.bytes).toBeLessThan(2 * MiB);
  return [first, second].map(({ report }) => report.jobs[0]?.wire);
}

test("zstd on the wire changes nothing but the wire", async () => {
  const arena = await openArena();
  reachedBy(arena, { compression: true });
  const wires = await backUpTwice(arena);
  for (const wire of wires) expect(wire).toBeGreaterThan(MiB / 2); // random bytes cannot be packed
  await using backurne = await arena.open();
  const points = await backurne.points("disk");
  expect(points.map(({ moved }) => moved?.wire)).toEqual([undefined, wires[1]]);
  expect(await arena.liveSnapshots("disk")).toHaveLength(1);
  expect(await arena.backupSnapshots("alpha;disk;None")).toHaveLength(2);
  await arena.assertHonest();
});

test("a helper command whose name another command prints reaches a cluster as well as ssh does", async () => {
  const arena = await openArena();
  const use = { cmd: "env", args: ["HELPED_BY=%HELPERNAME%"] };
  reachedBy(arena, { reach: { helper: { use, get: { cmd: "echo", args: ["pod/tools-1"] } } } });
  expect(await backUpTwice(arena)).not.toContain(undefined); // behind a helper it is always compressed
  expect(await arena.liveSnapshots("disk")).toHaveLength(1);
  expect(await arena.backupSnapshots("alpha;disk;None")).toHaveLength(2);
  await arena.assertHonest();
});

test("namespaces on both sides are pools of their own", async () => {
  const arena = await openArena();
  const { pool } = arena;
  await arena.live("namespace", "create", `--pool=${pool}`, "--namespace=tenant");
  await arena.backupSide("namespace", "create", `--pool=${pool}`, "--namespace=vault");
  await arena.createImage("outside", MiB);
  await arena.live("create", `--pool=${pool}`, "--namespace=tenant", "--image=inside", "--size", "4M");
  await writeHead(arena.sandbox.live, [`--pool=${pool}`, "--namespace=tenant", "--image=inside"], [write(0, MiB)]);
  const [cluster] = arena.settings.liveClusters as [PlainCluster];
  reachedBy(arena, { address: { ...cluster.address, namespace: "tenant" } });
  arena.settings = { ...arena.settings, backup: { ...arena.settings.backup, namespace: "vault" } };

  const { report } = await arena.backup();
  expect(report).toMatchObject({ exit: 0, totals: { full: 1, done: 1 } });
  expect((await arena.backup({ force: true })).report).toMatchObject({ exit: 0, totals: { incremental: 1 } });
  expect(await arena.backupImages()).toEqual([]);
  const inside = await arena.backupSide("ls", `--pool=${pool}`, "--namespace=vault", "--format", "json");
  expect(JSON.parse(inside)).toEqual(["alpha;inside;None"]);
  const there = { pool, namespace: "tenant", image: "inside" };
  const here = { pool, namespace: "vault", image: "alpha;inside;None" };
  expect(await listSnapshots(arena.sandbox.backup, here)).toHaveLength(2);
  const live = await listSnapshots(arena.sandbox.live, there);
  expect(live).toHaveLength(1);
  const snapshot = live[0]?.name as string;
  const [source, copy] = await Promise.all([
    digest(arena.sandbox.live, { ...there, snapshot }),
    digest(arena.sandbox.backup, { ...here, snapshot }),
  ]);
  expect(copy).toBe(source);
  expect(await arena.liveSnapshots("outside")).toHaveLength(0);
});

test("a pool is never backed up into itself, whatever the configuration calls it", async () => {
  const arena = await openArena();
  await arena.createImage("disk", MiB);
  const [cluster] = arena.settings.liveClusters as [PlainCluster];
  arena.settings = { ...arena.settings, backup: cluster.address };
  await expect(arena.backup()).rejects.toMatchObject({ code: "configuration" });
  expect(await arena.liveSnapshots("disk")).toHaveLength(0);
});

test("images that are renamed, made and removed while their pools are listed stop nobody", async () => {
  const arena = await openArena();
  const rules = [{ path: "alpha.exclude", match: { name: "mover-*" }, effect: "exclude" }] as const;
  reachedBy(arena, { rules });
  await arena.createImage("disk", 4 * MiB);
  expect((await arena.backup()).report).toMatchObject({ exit: 0, totals: { full: 1 } });
  const stop = new AbortController();
  const movers = [arena.live, arena.backupSide].flatMap((side) =>
    [1, 2].map((number) => move(side, { pool: arena.pool, image: `mover-${number}`, signal: stop.signal })),
  );
  await using backurne = await arena.open();
  for (let times = 0; times < 12; times += 1) {
    const plan = await backurne.plan({ force: true });
    expect(plan).toMatchObject({ failures: [], jobs: [{ subject: { disk: "disk" } }] });
  }
  stop.abort();
  await Promise.all(movers);
});

async function move(
  side: Arena["live"],
  { pool, image, signal }: { pool: string; image: string; signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    await side("create", `--pool=${pool}`, `--image=${image}`, "--size", "1M");
    await side("rename", `--pool=${pool}`, `--image=${image}`, `--dest-pool=${pool}`, `--dest=${image}-b`);
    await side("rm", "--no-progress", `--pool=${pool}`, `--image=${image}-b`);
  }
}
