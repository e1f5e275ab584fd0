import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, vi } from "vitest";
import { type Command, CommandError, createExecutor } from "../src/index.ts";

vi.setConfig({ testTimeout: 30_000 }); // real processes, perhaps on a busy machine

export const executor = createExecutor();

export const sh = (script: string, ...args: string[]): Command => ({
  file: "bash",
  args: ["-c", script, "sh", ...args],
});

/** The CommandError a run must be rejected with. */
export async function failureOf(run: Promise<unknown>): Promise<CommandError> {
  const error = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof CommandError) return error;
  throw new Error("expected a CommandError", { cause: error });
}

export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(20);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A directory that goes away after the test. */
export function scratch(): (name: string) => string {
  const directory = mkdtempSync(join(tmpdir(), "backurne-exec-"));
  directories.push(directory);
  return (name) => join(directory, name);
}

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});
