import { readdirSync, readFileSync } from "node:fs";
import type { Arena } from "./arena.ts";
import { waitUntil } from "./shim.ts";

/**
 * Processes of one arena by program and words of their command line, separated by `#`, whichever side they run on:
 * pools are not shared.
 */
export function findProcesses(arena: Arena, program: string, words: string): readonly number[] {
  const pool = new RegExp(`${arena.pool}(?!\\d)`);
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const [file = "", ...args] = commandLine(pid);
      const line = args.join(" ");
      return (
        file.split("/").at(-1) === program && words.split("#").every((word) => line.includes(word)) && pool.test(line)
      );
    });
}

/** SIGKILL to exactly one process, which has to be there, or to come. */
export async function killOne(arena: Arena, program: string, words: string): Promise<void> {
  await waitUntil(() => findProcesses(arena, program, words).length > 0);
  const [pid] = findProcesses(arena, program, words);
  process.kill(pid as number, "SIGKILL");
}

function commandLine(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return []; // it has ended meanwhile
  }
}
