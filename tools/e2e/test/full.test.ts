import { writeFile } from "node:fs/promises";
import { ceph, down, up, type Sandbox } from "@backurne/sandbox";
import { during, waitUntil } from "@backurne/faults";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MiB, openArena, write, type Arena } from "../src/arena.ts";
import { openFaults } from "../src/faults.ts";
import { letGo } from "../src/kept.ts";
import { expireLeases } from "../src/leases.ts";
import { countSides, expectDone, targetOf } from "../src/sides.ts";

// A cluster without room lets every write wait for ever. Clusters of our own: all of its pools are full at once. A quota, which
// takes a manager daemon, sets the same flag on the pool.

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await up({ name: `full-${process.pid}`, fast: true });
});
afterAll(async () => {
  for (const cluster of [sandbox.live, sandbox.backup]) letGo(cluster);
  await down({ dir: sandbox.dir });
});

const RATIOS = { full: [0.000_01, 0.000_02, 0.000_03], room: [0.85, 0.9, 0.95] } as const;
const KINDS = ["nearfull", "backfillfull", "full"] as const;

/** Lowered from below, raised from above: the monitor wants them in order. */
async function setRatios(to: keyof typeof RATIOS): Promise<void> {
  const commands = KINDS.map((kind, index) => ["osd", `set-${kind}-ratio`, String(RATIOS[to][index])]);
  for (const command of to === "full" ? commands : commands.toReversed()) await ceph(sandbox.backup, command);
  await waitUntil(async () => (await ceph(sandbox.backup, ["osd", "dump"])).includes(",full") === (to === "full"));
}

const OPEN = { silence: 3000 };

async function openDisk(): Promise<Arena> {
  const arena = await openArena([{ maxOnLive: 1 }], sandbox);
  await arena.createImage("disk", 32 * MiB);
  await arena.change("disk", [write(0, MiB)]);
  expectDone(await arena.backup(), "full");
  return arena;
}

test("a pool that gets full in the middle of an import: a clear error, and the next run converges", async () => {
  const arena = await openDisk();
  const faults = await openFaults();
  await arena.change("disk", [write(4 * MiB, 16 * MiB)]);
  const stop = `until [ -e "$dir/full" ]; do sleep 0.1; done`;
  await faults.set(during(2 * MiB, stop));
  const run = arena.backup({ force: true }, { ...OPEN, env: faults.env });
  await waitUntil(async () => (await faults.struck()) === 1);
  await setRatios("full");
  await writeFile(`${faults.dir}/full`, "");
  const { report } = await run;
  expect(report).toMatchObject({ exit: 3, totals: { done: 0, failed: 1 } });
  expect(report.jobs[0]?.failure?.message).toMatch(
    new RegExp(`^the backup pool ${arena.pool} is full: nothing can be written`),
  );
  expect(report.jobs[0]?.failure?.hint).toMatch(/ceph osd set-full-ratio/);
  expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 1 });

  await setRatios("room");
  await expireLeases(arena); // it could not be given back
  await arena.change("disk", [{ kind: "discard", offset: 4 * MiB, length: 16 * MiB }, write(24 * MiB, MiB)]);
  expectDone(await arena.backup({ force: true }), "incremental");
  expect(await arena.backupSnapshots(targetOf("disk"))).toHaveLength(2);
  await arena.assertHonest();
});

test("a pool that is full before the run: it ends at once and says so", async () => {
  const arena = await openDisk();
  await setRatios("full");
  const { report } = await arena.backup({ force: true }, OPEN);
  expect(report).toMatchObject({ exit: 3, jobs: [], failures: [{ about: "the run" }] });
  expect(report.failures[0]?.failure.message).toMatch(/^the backup pool \S+ is full: nothing can be written/);
  expect(await countSides(arena, "disk")).toEqual({ live: 1, backup: 1 });
  // The doctor does not wait for it either.
  await using backurne = await arena.open(OPEN);
  const errors = (await backurne.examine()).findings.filter(({ severity }) => severity === "error");
  const found = errors.map(({ probe, about, what }) => `${probe} ${about}: ${what}`);
  expect(found).toContain(`space backup (pool ${arena.pool}): it is full`);
  expect(found.filter((line) => line.startsWith("space"))).toHaveLength(1);
  await setRatios("room");
  await expireLeases(arena);
  expectDone(await arena.backup({ force: true }), "incremental");
});
