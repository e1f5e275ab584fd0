import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "@backurne/exec";
import { vi } from "vitest";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 }); // real processes, perhaps on a busy machine

export const sh = (script: string, ...args: string[]): Command => ({
  file: "bash",
  args: ["-c", script, "sh", ...args],
});

/** A zombie counts as gone: whoever inherits it reaps it. */
export function isAlive(pid: number): boolean {
  const status = read(`/proc/${pid}/status`);
  return status !== "" && !/^State:\s+Z/m.test(status);
}

export function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(20);
}
