import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { MiB, openArena, write, type Arena } from "../src/arena.ts";
import { spellsOf } from "../src/frozen.ts";
import { openProxmoxArena } from "../src/proxmox.ts";
import { troubles } from "../src/reported.ts";
import { openShim } from "../src/shim.ts";
import { runTool, startTool, type Launch, type ToolEnd } from "../src/tool.ts";

const target = (image: string): string => `alpha;${image};None`;
const snapshotsMade = (end: ToolEnd): number => end.events.filter((event) => event.kind === "snapshot-made").length;

/** Both begin at the same moment, loaded and ready. */
async function runTogether(arena: Arena, launches: readonly Launch[]): Promise<readonly ToolEnd[]> {
  const tools = await Promise.all(launches.map((launch) => startTool(arena, { ...launch, waits: true })));
  await Promise.all(tools.map((tool) => tool.ready));
  for (const tool of tools) tool.begin();
  return Promise.all(tools.map((tool) => tool.ended));
}

async function fill(arena: Arena, images: readonly string[]): Promise<void> {
  await Promise.all(images.map((image) => arena.createImage(image, 16 * MiB)));
  await Promise.all(images.map((image) => arena.change(image, [write(0, MiB)])));
}

test("two hosts back up ten images five times at once: one snapshot per image and round, both end well", async () => {
  const interval = 10_000;
  const arena = await openArena([{ interval, maxOnLive: 9, count: 100 }]);
  // Few enough at once that neither can take everything.
  arena.settings = {
    ...arena.settings,
    liveClusters: arena.settings.liveClusters.map((one) => ({ ...one, liveWorker: 1 })),
  };
  const images = Array.from({ length: 10 }, (_, index) => `disk${index}`);
  await fill(arena, images);

  let frozen = 0;
  for (let round = 1; round <= 5; round += 1) {
    await Promise.all(images.map((image) => arena.change(image, [write(round * MiB, 256 * 1024)])));
    // A clock that stands still: however long a round takes, nothing becomes due a second time.
    frozen = Math.max(Date.now(), frozen + interval);
    const ends = await runTogether(arena, [
      { host: "host-a", frozen },
      { host: "host-b", frozen: frozen + 1 },
    ]);
    const reports = ends.map((end) => end.report!);
    expect(reports.flatMap(troubles)).toEqual([]);
    expect(ends.map((end) => end.exit)).toEqual([0, 0]);
    expect(ends.map(snapshotsMade).reduce((sum, made) => sum + made)).toBe(10);
    expect(ends.every((end) => snapshotsMade(end) > 0)).toBe(true);
    const totals = reports.map((report) => report.totals);
    expect(totals.reduce((sum, one) => sum + one.full, 0)).toBe(round === 1 ? 10 : 0);
    expect(totals.reduce((sum, one) => sum + one.incremental, 0)).toBe(round === 1 ? 0 : 10);
    for (const image of images) {
      expect(await arena.liveSnapshots(image)).toHaveLength(round);
      expect(await arena.backupSnapshots(target(image))).toHaveLength(round);
    }
    expect(await arena.backupImages()).toHaveLength(10);
  }
  await arena.assertHonest();
});

test("two runs on one host keep out of each other's way like two hosts", async () => {
  const arena = await openArena([{ maxOnLive: 9 }]);
  const shim = await openShim();
  await fill(arena, ["one", "two"]);
  const point = await shim.holdImport(4096);
  // One lease at a time is at work in the first run; the second is refused it although it is the same host.
  const first = await startTool(arena, { host: "same", open: { env: shim.env } });
  await point.reached;
  const second = await runTool(arena, { host: "same" });
  expect(second.exit).toBe(11);
  expect(second.report!.jobs.map((job) => job.outcome)).toEqual(["held", "held"]);
  expect(second.report!.jobs[0]!.because).toMatch(/^held by same run /);
  expect(second.report!.failures).toEqual([]);
  await point.go();
  const end = await first.ended;
  expect(end.report).toMatchObject({ exit: 0, totals: { done: 2, full: 2, failed: 0, held: 0 } });
  for (const image of ["one", "two"]) {
    expect(await arena.liveSnapshots(image)).toHaveLength(1);
    expect(await arena.backupSnapshots(target(image))).toHaveLength(1);
  }
  await arena.assertHonest();
});

test("two hosts at one guest: whoever has it freezes it and takes all its disks at one moment, the other leaves it alone", async () => {
  const arena = await openProxmoxArena();
  const { simulator } = arena;
  const shared = await arena.addGuest({ vmid: 100, name: "db", disks: { scsi0: "fast", scsi1: "fast" } });
  await arena.addGuest({ vmid: 101, name: "web", disks: { scsi0: "fast" } });
  const shim = await openShim();
  // It has the guest and the first of its disks by then, and would find the other one taken.
  const lease = createHash("sha256").update(`${shared.uuid};scsi1`).digest("hex");
  const point = await shim.hold({ when: "before", pattern: `lock get backurne.lease.${lease}` });
  const first = await startTool(arena, { open: { env: shim.env }, backup: { cluster: "px", vmid: 100 } });
  await point.reached;
  const second = await runTool(arena, { host: "host-b" });
  await point.go();
  const ends = [await first.ended, second];

  expect(ends.flatMap(({ report }) => troubles(report!))).toEqual([]);
  expect(ends.map(({ exit }) => exit)).toEqual([0, 0]);
  const done = ends.map(({ report }) => report!.jobs.map(({ subject, outcome }) => `${subject.guest} ${outcome}`));
  expect(done.map((jobs) => jobs.toSorted())).toEqual([
    ["db done", "db done"],
    ["db held", "db held", "web done"],
  ]);
  expect(second.report!.jobs.find(({ outcome }) => outcome === "held")?.because).toMatch(/^held by host-a run /);
  expect(spellsOf(simulator, 100)).toHaveLength(1);
  expect(spellsOf(simulator, 101)).toHaveLength(1);
  const made = ends.flatMap(({ events }) => events.filter((event) => event.kind === "snapshot-made"));
  expect(made.map(({ consistency }) => consistency)).toEqual(made.map(() => ({ kind: "quiesced" })));
  const [moment, ...others] = await arena.standing("fast:vm-100-disk-0");
  expect([others, await arena.standing("fast:vm-100-disk-1")]).toEqual([[], [moment]]);
  for (const disk of ["scsi0", "scsi1"]) {
    expect((await arena.backupSnapshots(shared.chain(disk))).map(({ name }) => name)).toEqual([moment]);
  }
  await arena.assertHonest();
});

test("what another host holds does not change the exit code while there was something else to do", async () => {
  const arena = await openArena([{ maxOnLive: 9 }]);
  const shim = await openShim();
  await fill(arena, ["held"]);
  const point = await shim.holdImport(4096);
  const first = await startTool(arena, { open: { env: shim.env } });
  await point.reached;
  await fill(arena, ["free"]);
  const second = await runTool(arena, { host: "host-b" });
  expect(second.report).toMatchObject({ exit: 0, totals: { done: 1, held: 1, failed: 0 }, failures: [] });
  expect(second.exit).toBe(0);
  await point.go();
  expect((await first.ended).report).toMatchObject({ exit: 0, totals: { done: 1, held: 0, failed: 0 } });
  for (const image of ["held", "free"]) {
    expect(await arena.liveSnapshots(image)).toHaveLength(1);
    expect(await arena.backupSnapshots(target(image))).toHaveLength(1);
  }
  await arena.assertHonest();
});

test("expiry leaves the snapshots of an export that runs on another host alone", async () => {
  const arena = await openArena([{ maxOnLive: 9, count: 100 }]);
  const shim = await openShim();
  await fill(arena, ["disk"]);
  expect((await arena.backup()).report.exit).toBe(0);
  await arena.change("disk", [write(4 * MiB, 4 * MiB)]);
  const point = await shim.holdImport(4096);
  const exporting = await startTool(arena, { open: { env: shim.env }, backup: { force: true } });
  await point.reached;
  const [base, made] = await arena.liveSnapshots("disk");
  // Were it not for the lease, this one would remove the first as beyond max_on_live, the second as a leftover.
  arena.settings = withMaxOnLive(arena, 0);
  const expiring = await runTool(arena, { host: "host-b", backup: { force: true } });
  expect(expiring.report).toMatchObject({ exit: 11, totals: { held: 1, removedLive: 0, removedBackup: 0 } });
  expect(await arena.liveSnapshots("disk")).toEqual([base, made]);
  await point.go();
  expect((await exporting.ended).report).toMatchObject({ exit: 0, totals: { incremental: 1, removedLive: 0 } });
  expect(await arena.backupSnapshots(target("disk"))).toHaveLength(2);
  await arena.assertHonest();

  const after = await runTool(arena, { host: "host-b", backup: { force: true } });
  expect(after.report).toMatchObject({ exit: 0, totals: { incremental: 1, removedLive: 2, removedBackup: 0 } });
  expect(await arena.liveSnapshots("disk")).toHaveLength(1);
  expect(await arena.backupSnapshots(target("disk"))).toHaveLength(3);
  await arena.assertHonest();
});

function withMaxOnLive({ settings }: Arena, maxOnLive: number): Arena["settings"] {
  const profiles = settings.profiles.map((profile) => ({ ...profile, maxOnLive }));
  return { ...settings, profiles, liveClusters: settings.liveClusters.map((one) => ({ ...one, profiles })) };
}
