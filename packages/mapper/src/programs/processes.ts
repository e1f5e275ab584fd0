import { readdir, readFile, readlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { printable } from "@backurne/model";

/** Every program that a mapping starts has this in its environment: the mapping's own uuid and the step of its journal. */
export const MARK = "BACKURNE_MAPPING";

/** ms from SIGTERM to SIGKILL, and until one that got that has to be gone. */
const PATIENCE = 15_000;

/** The processes that carry this mark, whoever started them. */
export async function findMarked(mark: string): Promise<readonly number[]> {
  const pids = await readPids();
  const marked = await Promise.all(pids.map((pid) => carries(pid, mark)));
  return pids.filter((_, index) => marked[index]);
}

/** What is about to end by itself gets some seconds for it; what does not is ended. */
export async function awaitMarked(mark: string): Promise<void> {
  for (let round = 0; round < 50; round += 1) {
    if ((await findMarked(mark)).length === 0) return;
    await sleep(100);
  }
  await endMarked(mark);
}

/** Ends them, politely as long as that helps, and returns when none is left. */
export async function endMarked(mark: string): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const until = performance.now() + PATIENCE;
    const found = await findMarked(mark);
    if (found.length === 0) return;
    for (const pid of found) kill(pid, signal);
    while (performance.now() < until) {
      if ((await findMarked(mark)).length === 0) return;
      await sleep(50);
    }
  }
  throw new Error(`processes ${(await findMarked(mark)).join(", ")} do not end`);
}

async function readPids(): Promise<readonly number[]> {
  return (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map(Number);
}

/** No mark: of any mapping. */
async function carries(pid: number, mark = ""): Promise<boolean> {
  if (pid === process.pid) return false;
  const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => ""); // a zombie's is empty
  const sign = `${MARK}=${mark}`;
  return environment.split("\0").some((word) => (mark === "" ? word.startsWith(sign) : word === sign));
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Who has that file, or something below that directory, open: `bash (pid 12)`. What serves a mapping is not meant. */
export async function findUsers(directory: string): Promise<readonly string[]> {
  const pids = await readPids();
  const users = await Promise.all(pids.map((pid) => usesOf(pid, directory)));
  return users.flatMap((user) => user ?? []);
}

async function usesOf(pid: number, directory: string): Promise<string | undefined> {
  const at = `/proc/${pid}`;
  const open = await readdir(`${at}/fd`).catch(() => []);
  const links = ["cwd", "root", "exe", ...open.map((fd) => `fd/${fd}`)];
  const paths = await Promise.all(links.map((link) => readlink(`${at}/${link}`).catch(() => "")));
  const inside = paths.some((path) => path === directory || path.startsWith(`${directory}/`));
  if (!inside || (await carries(pid))) return undefined;
  const name = await readFile(`${at}/comm`, "utf8").catch(() => "");
  return `${printable(name.trim()) || "a process"} (pid ${pid})`;
}

/** What tells a process from any other that has, had or will have its pid. */
export interface Life {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat, in ticks since boot. */
  readonly started: string;
  readonly boot: string;
}

export async function ownLife(): Promise<Life> {
  const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  return { pid: process.pid, started: (await startOf(process.pid)) ?? "", boot };
}

export async function lives({ pid, started, boot }: Life): Promise<boolean> {
  return boot === (await ownLife()).boot && started === (await startOf(pid));
}

/** undefined: it has ended. */
async function startOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The name of the program may hold blanks and parentheses itself.
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields === undefined || fields[0] === "Z" ? undefined : fields[19];
}
