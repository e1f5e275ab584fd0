import { openPlainCluster } from "@backurne/cluster-plain";
import { createExecutor, quote, type Command, type Pipeline, type Transport } from "@backurne/exec";
import { NO_COMMENT, type Disk } from "@backurne/model";
import { openPool, type Run } from "@backurne/rbd";
import { rbd } from "@backurne/sandbox";
import { compress, localTransport, sshTransport } from "@backurne/ssh";
import { execa } from "execa";
import { writeRandom } from "./images.ts";
import { watchMemory } from "./memory.ts";
import { alternate, cpuSince, cpuSoFar, median, medianRatio, time } from "./measure.ts";
import type { Row } from "./row.ts";
import { createPools, DAILY, DEBIAN_PATH, MiB, plainCluster, runProduct, settingsFor, type Scene } from "./scene.ts";

const POOL = "large";
const IMAGE = "large";
const SIZE = 2048 * MiB;
const CHANGED = 512 * MiB;
const [FIRST, SECOND] = ["first", "second"] as const;
/** What the front door asks exports for. */
const EXPORT_OPS = 40;

/** How the bytes travel, in the tool and by hand. */
interface Way {
  readonly name: string;
  readonly least: number;
  readonly transport: Transport;
  readonly zstd: boolean;
  /** The export as a shell line of the backup host. */
  byHand(exportLine: string): string;
}

/** C: one large image full of random data, whole and a quarter of it changed. */
export async function measureOneLarge(scene: Scene): Promise<readonly Row[]> {
  const { sandbox, rounds, tell } = scene;
  tell("C: an image of 2 GiB, and 512 MiB of it changed");
  await createPools(scene, POOL);
  await makeSource(scene);
  const rows: Row[] = [];
  for (const way of waysOf(scene)) {
    const [tool, hand] = [none(), none()];
    await alternate(rounds, [
      (round) => transferBoth(scene, `tool-${round}`, { times: tool, run: (stream) => runTool(scene, way, stream) }),
      (round) => transferBoth(scene, `hand-${round}`, { times: hand, run: (stream) => runRaw(scene, way, stream) }),
    ]);
    rows.push(rateRow(way, "full", { bytes: SIZE, tool: tool.full, hand: hand.full }));
    rows.push(rateRow(way, "incremental", { bytes: CHANGED, tool: tool.incremental, hand: hand.incremental }));
    tell(`C: ${way.name}: the tool ${shown(tool)}; by hand ${shown(hand)}`);
  }
  await rbd(sandbox.live, ["snap", "purge", "--no-progress", `--pool=${POOL}`, `--image=${IMAGE}`]);
  return [...rows, ...(await measureCost(scene))];
}

function waysOf({ sandbox: { ssh } }: Scene): readonly Way[] {
  const target = { host: "live", configFile: ssh.configFile };
  const far = (line: string) => `ssh -F ${quote(ssh.configFile)} live ${quote(line)}`;
  const packed = (line: string) => `bash -o pipefail -c ${quote(`${line} | zstd -1 -c -q`)}`;
  const remote = { transport: sshTransport(target, "bulk"), least: 0.95 };
  return [
    { name: "local", least: 0.93, transport: localTransport(), zstd: false, byHand: (line) => line },
    { name: "ssh", ...remote, zstd: false, byHand: far },
    { name: "ssh and zstd", ...remote, zstd: true, byHand: (line) => `${far(packed(line))} | zstd -d -c -q` },
  ];
}

async function makeSource({ sandbox: { live } }: Scene): Promise<void> {
  const where = [`--pool=${POOL}`, `--image=${IMAGE}`];
  const snapshot = (name: string) => rbd(live, ["snap", "create", "--no-progress", ...where, `--snap=${name}`]);
  await rbd(live, ["create", ...where, "--size", `${SIZE}B`]);
  const extents = (count: number, step: number) =>
    Array.from({ length: count }, (_, index) => ({ offset: index * step, length: 4 * MiB }));
  await writeRandom(live, { pool: POOL, image: IMAGE, extents: extents(SIZE / (4 * MiB), 4 * MiB) });
  await snapshot(FIRST);
  await writeRandom(live, { pool: POOL, image: IMAGE, extents: extents(CHANGED / (4 * MiB), 16 * MiB) });
  await snapshot(SECOND);
}

interface Stream {
  readonly target: string;
  readonly snapshot: string;
  readonly base?: string | undefined;
}

interface Times {
  readonly full: number[];
  readonly incremental: number[];
}

interface Contestant {
  readonly times: Times;
  run(stream: Stream): Promise<unknown>;
}

function shown({ full, incremental }: Times): string {
  const list = (times: readonly number[]) => times.map((one) => one.toFixed(1)).join(" ");
  return `full ${list(full)} s, incremental ${list(incremental)} s`;
}

function none(): Times {
  return { full: [], incremental: [] };
}

async function transferBoth(
  { sandbox: { backup }, signal }: Scene,
  target: string,
  { times, run }: Contestant,
): Promise<void> {
  signal.throwIfAborted();
  const where = [`--pool=${POOL}`, `--image=${target}`];
  await rbd(backup, ["create", ...where, "--size", `${SIZE}B`]);
  times.full.push(await time(() => run({ target, snapshot: FIRST })));
  times.incremental.push(await time(() => run({ target, snapshot: SECOND, base: FIRST })));
  await rbd(backup, ["snap", "purge", "--no-progress", ...where]);
  await rbd(backup, ["rm", "--no-progress", ...where]);
}

/** The tool's own pipeline, with its commit filter and the question it asks before the commit. */
async function runTool(
  { sandbox }: Scene,
  { transport, zstd }: Way,
  { target, snapshot, base }: Stream,
): Promise<void> {
  const executor = createExecutor({ env: { PATH: DEBIAN_PATH } });
  const settings = plainCluster(sandbox, POOL, []);
  const run: Run = (command) => executor.run(transport.wrap([command]));
  const pool = openPool({ address: settings.address, run, place: POOL, exportOps: EXPORT_OPS });
  const objects = { fsid: async () => sandbox.live.fsid };
  const access = { pool, objects, bulk: transport, digest: "xxhsum", ...(zstd ? { compress } : {}) };
  const source = openPlainCluster(settings, { ...access, reach: () => access }).stream(DISK, { snapshot, base });
  const pipeline: Pipeline = [...source, importDiff(sandbox.backup.conf, target)];
  await executor.run(pipeline, { holdStdin: true, commit: { into: source.length, allow: async () => true } });
}

async function runRaw(
  { sandbox: { live, backup } }: Scene,
  { byHand }: Way,
  { target, snapshot, base }: Stream,
): Promise<void> {
  const from = base === undefined ? [] : [`--from-snap=${base}`];
  const where = [`--pool=${POOL}`, `--image=${IMAGE}`, `--snap=${snapshot}`, ...from, "--path=-"];
  const args = ["--conf", live.conf, "--id", "admin", "export-diff", "--no-progress"];
  const exportLine = shellLine({
    file: "rbd",
    args: [...args, "--rbd-concurrent-management-ops", String(EXPORT_OPS), ...where],
  });
  const script = `${byHand(exportLine)} | ${shellLine(importDiff(backup.conf, target))}`;
  await execa("bash", ["-o", "pipefail", "-c", script], { env: { PATH: DEBIAN_PATH }, stdin: "ignore" });
}

const DISK: Disk = {
  cluster: "alpha",
  guest: IMAGE,
  disk: IMAGE,
  pool: POOL,
  namespace: "",
  image: IMAGE,
  key: { ident: "alpha", disk: IMAGE },
  comment: NO_COMMENT,
};

function importDiff(conf: string, target: string): Command {
  const where = [`--pool=${POOL}`, `--image=${target}`, "--path=/dev/stdin"];
  return { file: "rbd", args: ["--conf", conf, "--id", "admin", "import-diff", "--no-progress", ...where] };
}

function shellLine({ file, args }: Command): string {
  return [file, ...args].map(quote).join(" ");
}

interface Rates {
  readonly bytes: number;
  readonly tool: readonly number[];
  readonly hand: readonly number[];
}

function rateRow({ name, least }: Way, mode: string, { bytes, tool, hand }: Rates): Row {
  const rate = (times: readonly number[]) => `${Math.round(bytes / MiB / median(times))} MiB/s`;
  return {
    scenario: "C",
    what: `2 GiB, ${mode}, ${name}: throughput to the raw pipe's`,
    value: medianRatio(hand, tool),
    unit: "×",
    target: { at: "least", value: least },
    detail: `${rate(tool)}; raw ${rate(hand)}`,
  };
}

/** A whole first backup through the front door: what the tool itself costs beside the programs it runs. */
async function measureCost(scene: Scene): Promise<readonly Row[]> {
  const settings = settingsFor(scene, POOL, [DAILY]);
  const memory = watchMemory();
  const sshd = scene.sandbox.ssh.daemon.pid;
  const start = cpuSoFar(sshd);
  await runProduct(settings, { expect: { full: 1, incremental: 0 } }, { env: { PATH: DEBIAN_PATH } });
  const { own, children, far } = cpuSince(start, sshd);
  const { grown, peaks } = memory.stop();
  const each = Object.entries(peaks).map(([program, peak]) => `${program} ${peak.toFixed(0)}`);
  return [
    {
      scenario: "C",
      what: "2 GiB, whole run over ssh: the tool's own share of the CPU",
      value: (own / (own + children + far)) * 100,
      unit: "%",
      target: { at: "most", value: 3 },
      detail: `${own.toFixed(2)} s; programs here ${children.toFixed(2)} s, far ${far.toFixed(2)} s`,
    },
    {
      scenario: "C",
      what: "2 GiB, whole run over ssh: memory of a running transfer",
      value: grown + (peaks["perl"] ?? peaks["node"] ?? 0),
      unit: "MiB",
      detail: `the tool grew by ${grown.toFixed(0)}; peaks of its programs: ${each.join(", ")}`,
    },
  ];
}
