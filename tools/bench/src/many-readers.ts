import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "@backurne/sandbox";
import { execa } from "execa";
import { createSmallImages } from "./images.ts";
import { alternate, median, medianRatio, seconds, time } from "./measure.ts";
import { startProgram } from "./program.ts";
import { openBare, startReaders } from "./readers.ts";
import type { ReadersReport } from "./readers-process.ts";
import type { Row } from "./row.ts";
import { createPools, type Scene } from "./scene.ts";

const LAUNCHER = fileURLToPath(new URL("../../../apps/cli/bin/backurne", import.meta.url));
const POOL = "readers";
const IMAGES = 50;
const READERS = 200;
const FOLLOWERS = 20;
const PATHS = [
  "/",
  "/api/v1/images",
  "/api/v1/images/alpha%2Fdisk-000",
  "/images/alpha%2Fdisk-001",
  "/api/v1/plan",
  "/api/v1/runs",
  "/api/v1/check",
  "/metrics",
];

/** One contestant, by round. */
interface Beside {
  /** Seconds of the backup. */
  readonly backups: number[];
  readonly read: ReadersReport[];
}

/**
 * F: a backup by `backurne serve` while two hundred read and twenty follow it, beside the same backup while the same two hundred
 * read recorded bytes of a bare server, and beside one that nobody watches.
 */
export async function measureManyReaders(scene: Scene): Promise<readonly Row[]> {
  const { sandbox, rounds, tell } = scene;
  const dir = join(sandbox.dir, "readers");
  await mkdir(dir);
  await createPools(scene, POOL);
  await createSmallImages(sandbox.live, POOL, IMAGES);
  const port = await freePort();
  const config = join(dir, "backurne.yaml");
  await writeFile(config, configText(scene, dir, port), { mode: 0o600 });
  const backurne = async (...words: string[]) => (await execa(LAUNCHER, ["--config", config, ...words])).stdout;
  tell(`F: ${IMAGES} images and their first backup`);
  await backurne("backup");
  const token = (await backurne("token", "create", "--scope", "backup", "--name", "bench")).trim();
  await using server = await startProgram(LAUNCHER, ["--config", config, "serve"]);
  const url = `http://127.0.0.1:${port}`;
  await using bare = await openBare({ url, token, paths: PATHS }, dir);
  const errand = { token, paths: PATHS, readers: READERS };
  const measured: Measured = { tool: none(), floor: none(), alone: none() };
  const { tool, floor, alone } = measured;

  tell(`F: ${rounds} rounds`);
  const backUp = (begun?: (run: string) => void) => time(() => runByApi({ url, token, begun }));
  await alternate(rounds, [
    async () => {
      const readers = startReaders({ ...errand, url, followers: FOLLOWERS });
      await sleep(2_000); // all of them are at it
      tool.backups.push(await backUp(readers.follow));
      const read = await readers.end();
      if (read.followed !== FOLLOWERS) throw new Error(`${read.followed} of ${FOLLOWERS} saw the end of the run`);
      tool.read.push(read);
    },
    async () => {
      const readers = startReaders({ ...errand, url: bare.said, followers: 0 });
      await sleep(2_000);
      floor.backups.push(await backUp());
      floor.read.push(await readers.end());
    },
    async () => void alone.backups.push(await backUp()),
  ]);
  return rowsOf(measured, memoryOf(server.pid));
}

function none(): Beside {
  return { backups: [], read: [] };
}

interface Measured {
  readonly tool: Beside;
  readonly floor: Beside;
  readonly alone: Beside;
}

function rowsOf({ tool, floor, alone }: Measured, memory: number): readonly Row[] {
  const wrong = tool.read.flatMap((one) => Object.entries(one.wrong));
  const [ours, theirs] = [tool, floor].map(({ read }) => read.map(({ times }) => median(times))) as [
    number[],
    number[],
  ];
  const late = tool.read.map(({ times }) => percentile(times, 0.99) / 1000);
  const asked = tool.read.map(({ times, seconds: all }) => times.length / all);
  const what = `${READERS} readers, ${FOLLOWERS} followers`;
  return [
    {
      scenario: "F",
      what: `${what}: the backup, to one beside readers of a bare server`,
      value: medianRatio(tool.backups, floor.backups),
      unit: "×",
      target: { at: "most", value: 1.5 },
      detail: `${seconds(tool.backups)}; ${seconds(floor.backups)}; with nobody watching ${seconds(alone.backups)}`,
    },
    {
      scenario: "F",
      what: `${what}: an answer, to the bare server's`,
      value: medianRatio(ours, theirs),
      unit: "×",
      detail: `medians ${median(ours).toFixed(1)} ms; ${median(theirs).toFixed(1)} ms; ${median(asked).toFixed(0)} a second`,
    },
    {
      scenario: "F",
      what: `${what}: 99 of 100 answers within`,
      value: median(late),
      unit: "s",
      target: { at: "most", value: 5 },
      detail: `the bare server ${median(floor.read.map(({ times }) => percentile(times, 0.99) / 1000)).toFixed(2)} s`,
    },
    {
      scenario: "F",
      what: `${what}: refused or broken`,
      value: wrong.reduce((sum, [, count]) => sum + count, 0),
      unit: "requests",
      target: { at: "most", value: 0 },
      detail: `of ${tool.read.reduce((sum, { times }) => sum + times.length, 0)}${wrong.map(([why, count]) => `; ${count} × ${why}`).join("")}`,
    },
    {
      scenario: "F",
      what: `${what}: memory of the server`,
      value: memory,
      unit: "MiB",
      target: { at: "most", value: 512 },
      detail: "resident, at most, runs of its own included",
    },
  ];
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

interface ByApi {
  readonly url: string;
  readonly token: string;
  readonly begun?: ((run: string) => void) | undefined;
}

/** A run of everything by force, watched by one follower until its report. */
async function runByApi({ url, token, begun }: ByApi): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const started = await fetch(`${url}/api/v1/runs`, { method: "POST", headers, body: '{"force":true}' });
  const run = started.headers.get("location");
  if (run === null) throw new Error(`no run: ${started.status} ${await started.text()}`);
  begun?.(run);
  await (await fetch(`${url}${run}/events`, { headers })).text();
  const ended = (await (await fetch(`${url}${run}`, { headers })).json()) as {
    report?: { exit: number; totals: object };
  };
  if (ended.report?.exit !== 0) throw new Error(`the run went wrong: ${JSON.stringify(ended.report)}`);
}

/** MiB that a process had in memory at most. */
function memoryOf(pid: number): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib) / 1024;
}

/** As an operator has it; transfers are not compared with their source, as in the other scenarios. */
function configText({ sandbox }: Scene, dir: string, port: number): string {
  return `backup_cluster: { pool: ${POOL}, ceph_conf: ${sandbox.backup.conf}, ceph_id: admin }
profiles:
  daily: { count: 7 }
live_clusters:
  - name: alpha
    type: plain
    fqdn: live
    ssh: { config_file: ${sandbox.ssh.configFile} }
    pool: ${POOL}
    ceph_conf: ${sandbox.live.conf}
    ceph_id: admin
verify: { sent: false }
state_dir: ${dir}/state
timezone: UTC
api: { listen: "127.0.0.1:${port}" }
`;
}
