import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PREFIX = "backurne-ssh-";

/** Bytes of a unix socket's path; beside the name of a socket, ssh puts 17 more behind it while it opens one. */
const LONGEST = 107;
const IN_IT = "/s99999".length + 17;

/**
 * A private directory for the sockets of ssh. Its name says whose it is, so that whoever comes next can remove what was left by a
 * process that was killed; where that makes the path too long for a socket, it does not.
 */
export function makeSocketDirectory(parent = tmpdir()): string {
  removeLeft(parent);
  const named = join(parent, `${PREFIX}${ownerName(process.pid)}-`);
  const fits = named.length + "XXXXXX".length + IN_IT <= LONGEST;
  return mkdtempSync(fits ? named : join(parent, PREFIX));
}

/** The process, by its start too: numbers are given again. Another PID namespace has other processes under the same. */
export function ownerName(pid: number): string | undefined {
  const started = startOf(pid);
  return started === undefined ? undefined : [namespace(), pid, started].map((one) => one.toString(36)).join(".");
}

/** Ours alone: of our user, of a process of this namespace that is gone. */
function removeLeft(parent: string): void {
  const here = `${PREFIX}${namespace().toString(36)}.`;
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(here)) continue;
    const owner = name.slice(PREFIX.length, name.lastIndexOf("-"));
    const pid = Number.parseInt(owner.split(".")[1] ?? "", 36);
    if (Number.isNaN(pid) || ownerName(pid) === owner) continue;
    try {
      const path = join(parent, name);
      const { uid } = lstatSync(path);
      if (uid === process.getuid?.()) rmSync(path, { recursive: true, force: true });
    } catch {
      // another one removes it just now
    }
  }
}

function namespace(): number {
  return Number(/\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? 0);
}

/** In ticks since the boot; undefined: there is no such process. */
function startOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
  } catch {
    return undefined;
  }
}
