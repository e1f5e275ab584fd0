import { readdir, readFile, readlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Daemon } from "./types.ts";

/** Every program of a sandbox carries this in its environment, with the sandbox's directory as value. */
export const OWNER = "BACKURNE_SANDBOX_OWNER";

interface Stat {
  readonly state: string;
  readonly startTime: string;
}

/** True while this very process runs; a zombie does not. */
export async function isAlive(daemon: Daemon): Promise<boolean> {
  const stat = await readStat(daemon.pid);
  return stat !== undefined && stat.state !== "Z" && stat.startTime === daemon.startTime;
}

/** Names a process that runs now, so that it can be recognised later. Throws when it has already ended. */
export async function identify(name: string, pid: number): Promise<Daemon> {
  const stat = await readStat(pid);
  if (stat === undefined || stat.state === "Z") throw new Error(`${name} (pid ${pid}) ended at once`);
  return { name, pid, startTime: stat.startTime };
}

/**
 * Kills every process that belongs to the sandbox in `dir`, recorded or not: a boot that was killed half-way has
 * recorded nothing. Its data is thrown away next, so nobody is asked politely. Returns once none is left.
 */
export async function killOwned(dir: string): Promise<void> {
  for (let round = 0; round < 200; round++) {
    const pids = await findOwned(dir);
    if (pids.length === 0) return;
    for (const pid of pids) kill(pid);
    await sleep(20);
  }
  throw new Error(`processes of ${dir} survive SIGKILL: ${(await findOwned(dir)).join(" ")}`);
}

/** The processes that belong to the sandbox in `dir`. */
export async function findOwned(dir: string): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const owned = await Promise.all(pids.map(async (pid) => pid !== process.pid && (await isOwned(pid, dir))));
  return pids.filter((_, i) => owned[i]);
}

async function isOwned(pid: number, dir: string): Promise<boolean> {
  const stat = await readStat(pid);
  if (stat === undefined || stat.state === "Z") return false;
  return (await carriesMark(pid, dir)) || (await isOurSshd(pid, dir));
}

async function carriesMark(pid: number, dir: string): Promise<boolean> {
  const environ = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
  return environ.split("\0").includes(`${OWNER}=${dir}`);
}

/** sshd writes its title over its environment; what stays, in its sessions too, is our log as standard error. */
async function isOurSshd(pid: number, dir: string): Promise<boolean> {
  const [program, stderr] = await Promise.all(
    ["exe", "fd/2"].map((link) => readlink(`/proc/${pid}/${link}`).catch(() => "")),
  );
  return /\/sshd( \(deleted\))?$/.test(program ?? "") && (stderr ?? "").startsWith(`${dir}/ssh/`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function readStat(pid: number): Promise<Stat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The second field, the program's name, may hold spaces and parentheses itself.
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, startTime] = [fields?.[0], fields?.[19]];
  return state === undefined || startTime === undefined ? undefined : { state, startTime };
}
