import { execa } from "execa";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { existsSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { MiB, openArena, write, type Arena } from "../src/arena.ts";
import { converge, expectTidy } from "../src/converge.ts";
import { lockers } from "../src/leases.ts";
import { findProcesses } from "../src/processes.ts";
import { openShim, waitUntil } from "../src/shim.ts";
import { startTool } from "../src/tool.ts";

const TARGET = "alpha;disk;None";

test.each([
  ["SIGTERM", "a first backup", 0],
  ["SIGINT", "an incremental", 1],
] as const)("%s in the middle of %s gives everything back: the next run need not wait", async (signal, _, points) => {
  const arena = await openArena([{ maxOnLive: 1, count: 100 }]);
  await arena.createImage("disk", 32 * MiB);
  if (points > 0) await converge(arena);
  await arena.change("disk", [write(0, 8 * MiB)]);
  const shim = await openShim();
  const point = await shim.holdImport(2 * MiB);
  const tool = await startTool(arena, { open: { env: shim.env }, backup: { force: true } });
  await point.reached;
  tool.send(signal);
  await waitUntil(() => findProcesses(arena, "rbd", "export-diff").length === 0);
  // The lease is held until the importer has ended.
  expect(await lockers(arena)).toBe(1);
  await point.go();
  const end = await tool.ended;
  expect(end.exit).toBe(130);
  expect(end.report).toMatchObject({ exit: 130, totals: { done: 0, failed: 0 }, jobs: [{ outcome: "interrupted" }] });
  expect(end.events.filter((event) => event.kind === "interrupted")).toMatchObject([
    { because: `stopped by ${signal}` },
  ]);
  expect(await lockers(arena)).toBe(0);
  expect(findProcesses(arena, "rbd", "diff")).toEqual([]);
  expect(await arena.liveSnapshots("disk")).toHaveLength(points);
  const images = await arena.backupImages();
  const received = points === 0 ? [] : await arena.backupSnapshots(TARGET);
  expect(images).toHaveLength(1);
  expect(received).toHaveLength(points);

  const next = await converge(arena);
  expect(next.report!.totals).toMatchObject({ done: 1, full: 1 - points, incremental: points, removedLive: 0 });
  expect(await arena.backupSnapshots(TARGET)).toHaveLength(points + 1);
  expect(await arena.liveSnapshots("disk")).toHaveLength(points + 1);
  await arena.assertHonest();
});

test("a run that is interrupted before it begins takes nothing and removes nothing", async () => {
  const arena = await openArena();
  await arena.createImage("disk", 8 * MiB);
  const { report } = await arena.backup({ signal: AbortSignal.abort("stopped by a test") });
  expect(report).toMatchObject({ exit: 130, totals: { done: 0, removedLive: 0 } });
  expect(await arena.liveSnapshots("disk")).toEqual([]);
  expect(await arena.backupImages()).toEqual([]);
  expect((await arena.backup()).report).toMatchObject({ exit: 0, totals: { full: 1 } });
  await arena.assertHonest();
});

const BACKURNE = fileURLToPath(new URL("../../../apps/cli/bin/backurne", import.meta.url));

/** The command line's own configuration of an arena, whose helper lets an export begin only when the file `go` stands there. */
async function configure(arena: Arena): Promise<{ dir: string; config: string }> {
  const dir = await mkdtemp(join(tmpdir(), "backurne-e2e-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const helper = join(dir, "helper");
  await writeFile(
    helper,
    `#!/bin/sh
case $* in *export-diff*)
  : >${dir}/reached
  while [ ! -e ${dir}/go ]; do [ -d ${dir} ] || exit 1; sleep 0.1; done;;
esac
exec "$@"
`,
  );
  await chmod(helper, 0o755);
  const config = join(dir, "backurne.yaml");
  const { backup, live } = arena.sandbox;
  await writeFile(
    config,
    `backup_cluster: { pool: ${arena.pool}, ceph_conf: ${backup.conf} }
profiles: { daily: { count: 7 } }
live_clusters:
  - { name: alpha, type: plain, pool: ${arena.pool}, ceph_conf: ${live.conf}, use_helper: { cmd: ${helper} } }
state_dir: ${dir}
`,
    { mode: 0o600 },
  );
  return { dir, config };
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s to the command line ends it with 130, and the next run goes on at once",
  async (signal) => {
    const arena = await openArena();
    await arena.createImage("disk", 16 * MiB);
    await arena.change("disk", [write(0, 4 * MiB)]);
    const { dir, config } = await configure(arena);
    const backup = () => execa(BACKURNE, ["backup", "--json", "--config", config], { reject: false, stdin: "ignore" });
    const first = backup();
    await waitUntil(() => existsSync(join(dir, "reached")));
    first.kill(signal);
    const interrupted = await first;
    expect(interrupted.exitCode).toBe(130);
    expect(interrupted.stderr).toMatch(/stopping, closing transfers/);
    const report: unknown = JSON.parse(interrupted.stdout.split("\n").at(-1)!);
    expect(report).toMatchObject({ kind: "report", exit: 130, jobs: [{ outcome: "interrupted" }] });
    expect(await lockers(arena)).toBe(0);
    expect(await arena.liveSnapshots("disk")).toEqual([]);

    await writeFile(join(dir, "go"), "");
    const next = await backup();
    expect(next.exitCode).toBe(0);
    expect(JSON.parse(next.stdout.split("\n").at(-1)!)).toMatchObject({ exit: 0, totals: { done: 1, full: 1 } });
    await expectTidy(arena);
    expect(await arena.backupSnapshots(TARGET)).toHaveLength(1);
    expect(await arena.liveSnapshots("disk")).toHaveLength(1);
    await arena.assertHonest();
  },
);
