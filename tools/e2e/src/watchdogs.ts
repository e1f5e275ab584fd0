import { readdirSync, readFileSync } from "node:fs";

/** Watchdogs of freezes that a process has started, and that live yet. */
export function watchdogsOf(pid: number): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((one) => parentOf(one) === pid && read(one, "cmdline").includes("watchdog"));
}

export function isAlive(pid: number): boolean {
  const state = read(pid, "stat").replace(/^.*\) /s, "")[0];
  return state !== undefined && state !== "Z";
}

function parentOf(pid: number): number {
  return Number(
    read(pid, "stat")
      .replace(/^.*\) \S+ /s, "")
      .split(" ")[0],
  );
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return ""; // it has ended meanwhile
  }
}
