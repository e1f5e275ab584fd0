import { expect, onTestFinished, test } from "vitest";
import { MiB, openArena, write, type Arena } from "../src/arena.ts";
import { expireLeases, STOPPABLE_LEASES, takeLeases, waitForExpiry } from "../src/leases.ts";
import { converge } from "../src/converge.ts";
import { findProcesses, killOne } from "../src/processes.ts";
import { openShim, waitUntil } from "../src/shim.ts";
import { runTool, startTool, type Launch, type Tool, type ToolEnd } from "../src/tool.ts";

const TARGET = "alpha;disk;None";

/** A chain with one point, and 8 MiB more to move. */
async function openChain(): Promise<Arena> {
  const arena = await openArena([{ maxOnLive: 9, count: 100 }]);
  await arena.createImage("disk", 32 * MiB);
  await arena.change("disk", [write(0, MiB)]);
  expect((await runTool(arena)).report).toMatchObject({ exit: 0, totals: { full: 1 } });
  await arena.change("disk", [write(8 * MiB, 8 * MiB), { kind: "discard", offset: 0, length: MiB / 2 }]);
  return arena;
}

/** A run on another host that takes leases which end soon, so that it can be stopped beyond them. */
async function startStoppable(arena: Arena, launch: Launch = {}): Promise<Tool> {
  const tool = await startTool(arena, {
    backup: { force: true },
    ...launch,
    open: { leaseTimes: STOPPABLE_LEASES, ...launch.open },
  });
  onTestFinished(() => tool.send("SIGKILL"));
  return tool;
}

function expectLoss(end: ToolEnd): void {
  expect(end.exit).toBe(3);
  expect(end.report).toMatchObject({ totals: { done: 0, failed: 1 }, jobs: [{ outcome: "failed" }] });
  expect(end.report!.jobs[0]!.failure!.message).toMatch(/the lease was lost/);
}

test("stopped for 90 s in the middle of an import and continued: it reports the loss, the other's backup is right", async () => {
  const arena = await openChain();
  const shim = await openShim();
  const point = await shim.holdImport(2 * MiB);
  const stopped = await startTool(arena, { open: { env: shim.env }, backup: { force: true } });
  onTestFinished(() => stopped.send("SIGKILL"));
  await point.reached;
  stopped.send("SIGSTOP");
  const since = Date.now();
  await point.go(); // the import goes on to its last byte, which only the stopped one can release

  await waitForExpiry(arena);
  const other = await startTool(arena, { host: "host-b", backup: { force: true } });
  await waitUntil(() => Date.now() - since > 90_000);
  stopped.send("SIGCONT");
  expectLoss(await stopped.ended);
  const end = await other.ended;
  expect(end.report).toMatchObject({ exit: 0, totals: { done: 1, incremental: 1, failed: 0 } });
  expect(await arena.backupSnapshots(TARGET)).toHaveLength(2);
  // The snapshot of the stopped run is taken away by itself or by the next run.
  expect(await arena.liveSnapshots("disk")).toHaveLength(2);
  await arena.assertHonest();
});

test("while the import of a stopped run still has the image open, it is left to it", async () => {
  const arena = await openChain();
  const shim = await openShim();
  const point = await shim.holdImport(2 * MiB);
  const stopped = await startStoppable(arena, { open: { env: shim.env } });
  await point.reached;
  stopped.send("SIGSTOP");
  await waitForExpiry(arena);
  const before = await arena.backupSnapshots(TARGET);
  const other = await runTool(arena, { host: "host-b", backup: { force: true } });
  expect(other.exit).toBe(11);
  expect(other.report).toMatchObject({ totals: { held: 1, failed: 0, removedLive: 0 }, jobs: [{ outcome: "held" }] });
  expect(await arena.backupSnapshots(TARGET)).toEqual(before);

  stopped.send("SIGCONT");
  await point.go();
  expectLoss(await stopped.ended);
  expect(await arena.backupSnapshots(TARGET)).toEqual(before);
  const next = await runTool(arena, { host: "host-b", backup: { force: true } });
  expect(next.report).toMatchObject({ exit: 0, totals: { incremental: 1 } });
  expect(await arena.backupSnapshots(TARGET)).toHaveLength(2);
  expect(await arena.liveSnapshots("disk")).toHaveLength(2);
  await arena.assertHonest();
});

test("taken over while it is stopped: its snapshot is expired under its export, and it keeps nothing of what it read", async () => {
  const arena = await openChain();
  const shim = await openShim();
  const point = await shim.holdImport(2 * MiB);
  const stopped = await startStoppable(arena, { open: { env: shim.env } });
  await point.reached;
  stopped.send("SIGSTOP");
  await killOne(arena, "rbd", "import-diff");
  // Ceph takes a client that was killed for alive for half a minute.
  await waitForExpiry(arena);
  expect(findProcesses(arena, "rbd", "export-diff")).toHaveLength(1);
  const doomed = (await arena.liveSnapshots("disk")).at(-1)!.name;
  const other = await runTool(arena, { host: "host-b", backup: { force: true } });
  expect(other.report).toMatchObject({ exit: 0, totals: { incremental: 1, removedLive: 1 } });
  expect(findProcesses(arena, "rbd", "export-diff")).toHaveLength(1);
  expect((await arena.liveSnapshots("disk")).map((one) => one.name)).not.toContain(doomed);

  await point.go();
  stopped.send("SIGCONT");
  expect(await stopped.ended).toMatchObject({ exit: 3, report: { totals: { done: 0, failed: 1 } } });
  expect(await arena.liveSnapshots("disk")).toHaveLength(2);
  expect((await arena.backupSnapshots(TARGET)).map((one) => one.name)).not.toContain(doomed);
  expect(await arena.backupSnapshots(TARGET)).toHaveLength(2);
  await arena.assertHonest();
});

test("a lease that was taken between two renewals is missed at the last byte", async () => {
  const arena = await openChain();
  const shim = await openShim();
  const point = await shim.holdImport(2 * MiB);
  // Renewed so seldom that only the question before the commit can notice.
  const leaseTimes = { duration: 600, renewEvery: 600, lostAfter: 600, fresh: 0 };
  const tool = await startTool(arena, { open: { env: shim.env, leaseTimes }, backup: { force: true } });
  await point.reached;
  await takeLeases(arena);
  await point.go();
  expectLoss(await tool.ended);
  expect(await arena.backupSnapshots(TARGET)).toHaveLength(1);
  await expireLeases(arena);
  expect((await converge(arena)).report!.totals).toMatchObject({ done: 1, incremental: 1 });
  expect(await arena.backupSnapshots(TARGET)).toHaveLength(2);
  await arena.assertHonest();
});

test.each([
  ["between rollback and import", "snap rollback"],
  ["between the look for a writer and the mark", "image-meta set.*backurne.base"],
])("stopped %s, it does not write into what another host receives meanwhile", async (_, pattern) => {
  const arena = await openChain();
  const [mine, theirs] = [await openShim(), await openShim()];
  const point = await mine.hold({ when: "after", pattern });
  const stopped = await startStoppable(arena, { open: { env: mine.env } });
  await point.reached;
  stopped.send("SIGSTOP");
  await point.go();
  await waitForExpiry(arena);
  const middle = await theirs.holdImport(2 * MiB);
  const other = await startTool(arena, { host: "host-b", open: { env: theirs.env }, backup: { force: true } });
  await middle.reached;
  stopped.send("SIGCONT");
  expectLoss(await stopped.ended);
  await middle.go();
  expect((await other.ended).report).toMatchObject({ exit: 0, totals: { incremental: 1 } });
  expect(await arena.backupSnapshots(TARGET)).toHaveLength(2);
  expect((await mine.calls()).filter((call) => call.includes("import-diff"))).toEqual([]);
  await arena.assertHonest();
});

test("stopped before the bytes of a first backup, it does not write into the first backup of another host", async () => {
  const arena = await openArena([{ maxOnLive: 9 }]);
  await arena.createImage("disk", 32 * MiB);
  await arena.change("disk", [write(0, 8 * MiB)]);
  const [mine, theirs] = [await openShim(), await openShim()];
  const point = await mine.hold({ when: "after", pattern: "image-meta set.*partial-.*backurne.base" });
  const stopped = await startStoppable(arena, { open: { env: mine.env } });
  await point.reached;
  stopped.send("SIGSTOP");
  await point.go();
  await waitForExpiry(arena);
  const middle = await theirs.holdImport(2 * MiB);
  const other = await startTool(arena, { host: "host-b", open: { env: theirs.env }, backup: { force: true } });
  await middle.reached;
  stopped.send("SIGCONT");
  expectLoss(await stopped.ended);
  await middle.go();
  expect((await other.ended).report).toMatchObject({ exit: 0, totals: { full: 1 } });
  expect((await mine.calls()).filter((call) => call.includes("import-diff"))).toEqual([]);
  expect(await arena.backupImages()).toEqual([TARGET]);
  expect(await arena.backupSnapshots(TARGET)).toHaveLength(1);
  await arena.assertHonest();
});
