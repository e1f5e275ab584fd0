import type { PlainCluster, ProfileSettings, Settings } from "@backurne/model";
import { createPool, type Sandbox } from "@backurne/sandbox";
import { execa } from "execa";
import { fileURLToPath } from "node:url";
import { openBackurne, type OpenOptions, type RunOptions } from "backurne";

/** What every scenario is given. */
export interface Scene {
  readonly sandbox: Sandbox;
  readonly rounds: number;
  readonly signal: AbortSignal;
  /** Tells what is going on; not part of the result. */
  tell(text: string): void;
}

export const MiB = 1024 * 1024;
export const DEBIAN_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const HOUR = 3_600_000;

export const DAILY: ProfileSettings = profile("daily", 24 * HOUR);
export const HOURLY: ProfileSettings = profile("hourly", HOUR);

function profile(name: string, interval: number): ProfileSettings {
  return { name, interval, count: 7, maxOnLive: 2, priority: "normal", default: true };
}

/** A pool of that name on both clusters. */
export async function createPools({ sandbox }: Scene, pool: string): Promise<void> {
  await Promise.all([createPool(sandbox.live, pool), createPool(sandbox.backup, pool)]);
}

/** The defaults of the configuration, for these clusters. */
export function settingsFor({ sandbox }: Scene, pool: string, profiles: readonly ProfileSettings[]): Settings {
  return {
    snapPrefix: "backup",
    profiles,
    backup: { pool, namespace: "", cephConf: sandbox.backup.conf, cephId: "admin" },
    liveClusters: [plainCluster(sandbox, pool, profiles)],
    extraRetention: 30 * 24 * HOUR,
    backupWorker: 24,
    liveWorker: 12,
    trashDays: 7,
    timezone: "UTC",
    legacyTimezone: "UTC",
    stateDir: sandbox.dir,
    // The floors compare nothing with its source.
    verifySent: false,
    logLevel: "silent",
    prettyColors: false,
  };
}

export function plainCluster(sandbox: Sandbox, pool: string, profiles: readonly ProfileSettings[]): PlainCluster {
  return {
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
  };
}

interface Expected {
  readonly expect: { readonly full: number; readonly incremental: number };
}

const RUN = fileURLToPath(new URL("run-process.ts", import.meta.url));

/** One run of the product in a process of its own; its start is part of it. */
export async function startProduct(
  settings: Settings,
  options: RunOptions & Expected,
  open: OpenOptions,
): Promise<void> {
  const input = JSON.stringify([settings, options, open] satisfies Parameters<typeof runProduct>);
  await execa(process.execPath, ["--conditions=source", RUN], { input });
}

/** One run of the product. One that does not transfer what it should has measured nothing. */
export async function runProduct(
  settings: Settings,
  { expect, ...options }: RunOptions & Expected,
  open: OpenOptions = {},
): Promise<void> {
  await using backurne = await openBackurne(settings, open);
  const report = await backurne.backup(options);
  const { full, incremental } = report.totals;
  if (report.exit === 0 && full === expect.full && incremental === expect.incremental) return;
  throw new Error(`the run went wrong: ${JSON.stringify(report, undefined, 1)}`);
}
