import { randomBytes } from "node:crypto";
import { spawn } from "node:child_process";
import type { ProfileSettings, RunEvent, RunReport, Settings } from "@backurne/model";
import { load, rados, rbd, type Cluster, type Sandbox } from "@backurne/sandbox";
import { openBackurne, type Backurne, type OpenOptions, type RunOptions } from "backurne";
import { inject } from "vitest";
import { tellRun } from "./tell.ts";
import { diffStream, type Change } from "./diff-stream.ts";
import { digest, listSnapshots, makePool, type Listed } from "./kept.ts";

export const MiB = 1024 * 1024;
export const DAY = 86_400_000;

/** What runs have unless a test says otherwise: on a busy machine shorter ones get lost. */
const LEASES = { duration: 60, renewEvery: 15, lostAfter: 45, fresh: 10 };

export interface Ran {
  readonly report: RunReport;
  readonly events: readonly RunEvent[];
}

/** One live pool and one backup pool of a test's own, and short words for what is done to them. */
export interface Arena {
  readonly sandbox: Sandbox;
  /** Name of the pool, the same on both clusters. */
  readonly pool: string;
  settings: Settings;
  /** Milliseconds the clock of the next runs is ahead. */
  ahead: number;
  open(options?: OpenOptions): Promise<Backurne>;
  backup(options?: RunOptions, open?: OpenOptions): Promise<Ran>;
  createImage(image: string, size: number, ...args: string[]): Promise<void>;
  /** Writes to the head of a live image. */
  change(image: string, changes: readonly Change[]): Promise<void>;
  /** The same on the backup side, where nobody should. */
  scribble(image: string, changes: readonly Change[]): Promise<void>;
  live(...args: string[]): Promise<string>;
  backupSide(...args: string[]): Promise<string>;
  liveSnapshots(image: string): Promise<readonly Listed[]>;
  backupSnapshots(image: string): Promise<readonly Listed[]>;
  backupImages(): Promise<readonly string[]>;
  /** Every snapshot that stands on both sides has the same bytes; those seen before still have the bytes they had. */
  assertHonest(): Promise<void>;
}

let counter = 0;

/** In the clusters that all tests share, unless others are given. */
export async function openArena(profiles: readonly Partial<ProfileSettings>[] = [{}], given?: Sandbox): Promise<Arena> {
  const sandbox = given ?? (await load({ dir: inject("sandbox") }));
  const pool = `t${process.pid}-${(counter += 1)}`;
  await Promise.all([makePool(sandbox.live, pool), makePool(sandbox.backup, pool)]);
  const seen = new Map<string, string>();

  const arena: Arena = {
    sandbox,
    pool,
    settings: settingsFor(sandbox, pool, profiles.map(profile)),
    ahead: 0,
    open: (options = {}) =>
      openBackurne(arena.settings, { now: () => Date.now() + arena.ahead, leaseTimes: LEASES, ...options }),
    async backup(options = {}, open = {}) {
      await using backurne = await arena.open(open);
      const events: RunEvent[] = [];
      const report = await backurne.backup({ ...options, onEvent: (event) => events.push(event) });
      tellRun(() => ({ report }));
      return { report, events };
    },
    async createImage(image, size, ...args) {
      await arena.live("create", `--pool=${pool}`, `--image=${image}`, "--size", `${size}B`, ...args);
    },
    async change(image, changes) {
      await writeHead(sandbox.live, [`--pool=${pool}`, `--image=${image}`], changes);
    },
    async scribble(image, changes) {
      await writeHead(sandbox.backup, [`--pool=${pool}`, `--image=${image}`], changes);
    },
    live: (...args) => rbd(sandbox.live, args),
    backupSide: (...args) => rbd(sandbox.backup, args),
    liveSnapshots: (image) => listSnapshots(sandbox.live, { pool, image }),
    backupSnapshots: (image) => listSnapshots(sandbox.backup, { pool, image }),
    backupImages: async () => JSON.parse(await rbd(sandbox.backup, ["ls", `--pool=${pool}`, "--format", "json"])),
    async assertHonest() {
      for (const image of await arena.backupImages()) await assertImage(image, arena, seen);
    },
  };
  return arena;
}

export function profile(given: Partial<ProfileSettings>): ProfileSettings {
  return { name: "daily", interval: DAY, count: 7, maxOnLive: 0, priority: "normal", default: true, ...given };
}

export function random(length: number): Uint8Array {
  return randomBytes(length);
}

export function write(offset: number, length: number): Change {
  return { kind: "write", offset, data: random(length) };
}

function settingsFor(sandbox: Sandbox, pool: string, profiles: readonly ProfileSettings[]): Settings {
  const cluster = {
    kind: "plain",
    name: "alpha",
    identPrefix: "",
    profiles,
    rules: [],
    liveWorker: 12,
    compression: false,
    fsfreeze: false,
    hooks: { timeout: 600_000 },
    address: { pool, namespace: "", cephConf: sandbox.live.conf, cephId: "admin" },
    reach: { ssh: { host: "live", configFile: sandbox.ssh.configFile } },
  } as const;
  return {
    snapPrefix: "backup",
    profiles,
    backup: { pool, namespace: "", cephConf: sandbox.backup.conf, cephId: "admin" },
    liveClusters: [cluster],
    extraRetention: 30 * DAY,
    backupWorker: 24,
    liveWorker: 12,
    trashDays: 7,
    timezone: "UTC",
    legacyTimezone: "UTC",
    stateDir: sandbox.dir,
    // Two Pythons and an ssh for each transfer: the tests of verification switch it on.
    verifySent: false,
    logLevel: "silent",
    prettyColors: false,
  };
}

/** Compares with the live side where the snapshot still stands there, and with what it was when last seen. */
async function assertImage(image: string, arena: Arena, seen: Map<string, string>): Promise<void> {
  const { sandbox, pool } = arena;
  const source = image
    .replace(/^closed-[^;]*;/, "")
    .split(";")
    .slice(1, -1)
    .join(";");
  const liveImage = decodeURIComponent(source);
  const liveNames = new Set(
    await arena.liveSnapshots(liveImage).then(
      (all) => all.map((one) => one.name),
      () => [],
    ),
  );
  for (const { name } of await arena.backupSnapshots(image)) {
    const here = await digest(sandbox.backup, { pool, image, snapshot: name });
    const before = seen.get(`${liveImage}@${name}`) ?? here;
    if (before !== here) throw new Error(`${image}@${name} changed: it was ${before}, it is ${here}`);
    seen.set(`${liveImage}@${name}`, here);
    if (!liveNames.has(name) || image.startsWith("closed-")) continue;
    const there = await digest(sandbox.live, { pool, image: liveImage, snapshot: name });
    if (there !== here) throw new Error(`${image}@${name} differs from its source`);
  }
}

export async function writeHead(cluster: Cluster, where: readonly string[], changes: readonly Change[]): Promise<void> {
  const args = ["--conf", cluster.conf, "--id", "admin", "import-diff", "--no-progress", ...where, "--path=-"];
  await new Promise<void>((resolve, reject) => {
    const child = spawn("rbd", args, { stdio: ["pipe", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`import-diff: exit ${code}: ${stderr}`))));
    child.stdin.on("error", () => undefined);
    child.stdin.end(diffStream(changes));
  });
}

export async function radosList(arena: Arena): Promise<string> {
  return rados(arena.sandbox.backup, ["--pool", arena.pool, "ls"]);
}
