import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { bootCluster } from "./cluster.ts";
import { remove } from "./down.ts";
import { claimPorts } from "./ports.ts";
import { identify, killOwned } from "./processes.ts";
import { bootProxmox, createDisks } from "./proxmox.ts";
import { settle } from "./run.ts";
import { bootSshd } from "./sshd.ts";
import type { Sandbox } from "./types.ts";
import { BOOTING, locate, READY, type Which } from "./which.ts";

export interface UpOptions extends Which {
  /** Monitors that decide in 0.06 s, not 1 s: for tests of correctness. Benchmarks leave Ceph's own times. */
  readonly fast?: boolean;
  /** A simulated Proxmox cluster of two nodes, with one guest that has two disks on the live cluster. */
  readonly proxmox?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Boots two clusters and an sshd, side by side with any other sandbox, in about ten seconds.
 * When it fails, or `signal` aborts it, nothing is left behind. Throws when the directory is already there.
 */
export async function up(options: UpOptions = {}): Promise<Sandbox> {
  const { name = "default", fast = false, proxmox = false, signal } = options;
  const dir = locate(options);
  // A Unix socket's path that is too long is cut silently, and then two clusters would share one.
  if (/[\s"'%]/.test(dir) || dir.length > 80)
    throw new Error(`${dir}: a sandbox's directory has a short and plain name`);
  await create(dir);
  try {
    await writeFile(`${dir}/${BOOTING}`, JSON.stringify(await identify("up", process.pid)));
    const sandbox: Sandbox = { name, dir, fast, ...(await boot(dir, { fast, proxmox, signal })) };
    await writeFile(`${dir}/${READY}.new`, `${JSON.stringify(sandbox, undefined, 2)}\n`);
    await rename(`${dir}/${READY}.new`, `${dir}/${READY}`);
    await rm(`${dir}/${BOOTING}`);
    return sandbox;
  } catch (error) {
    await remove(dir);
    throw error;
  }
}

async function create(dir: string): Promise<void> {
  await mkdir(dirname(dir), { recursive: true });
  await mkdir(dir, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
    throw new Error(`${dir} is already there: npm run sandbox -- down`, { cause: error });
  });
  // A directory that was removed by hand left its daemons.
  await killOwned(dir);
}

interface BootOptions {
  readonly fast: boolean;
  readonly proxmox: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Boots everything side by side. The first failure stops the rest; returns or throws when all have ended. */
async function boot(
  owner: string,
  { fast, proxmox: wanted, signal: outer }: BootOptions,
): Promise<Pick<Sandbox, "live" | "backup" | "ssh" | "proxmox">> {
  const failed = new AbortController();
  const signal = outer === undefined ? failed.signal : AbortSignal.any([outer, failed.signal]);
  signal.throwIfAborted();
  await using ports = await claimPorts();
  const parts = [
    bootCluster({ name: "live", owner, ports: ports.live, fast, signal }),
    bootCluster({ name: "backup", owner, ports: ports.backup, fast, signal }),
    bootSshd({ owner, port: ports.ssh, signal }),
    wanted ? bootProxmox({ owner, ports, signal }) : Promise.resolve(undefined),
  ] as const;
  for (const part of parts) part.catch((error: unknown) => failed.abort(error));
  const [live, backup, ssh, proxmox] = await settle(parts).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
  if (proxmox === undefined) return { live, backup, ssh };
  await createDisks(live, { owner, signal });
  return { live, backup, ssh, proxmox };
}
