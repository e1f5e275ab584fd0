import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Watchdogs that this process has started, and that run. */
export function watchdogsOf(parent: number): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent && about(pid, "cmdline").includes("/src/watchdog.ts"));
}

/** A process that has ended and is not yet buried has no arguments. */
export function isRunning(pid: number): boolean {
  return about(pid, "cmdline") !== "";
}

export function about(pid: number, what: "cmdline" | "environ" | "stat"): string {
  try {
    return readFileSync(`/proc/${pid}/${what}`, "utf8");
  } catch {
    return ""; // it has ended
  }
}

function parentOf(pid: number): number {
  const stat = about(pid, "stat");
  return Number(stat.slice(stat.lastIndexOf(")")).split(" ")[2]);
}

export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(10);
}
