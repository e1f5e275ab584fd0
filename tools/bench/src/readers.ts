import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { Recorded } from "./bare-process.ts";
import { startProgram, type RunningProgram } from "./program.ts";
import type { ReadersErrand, ReadersReport } from "./readers-process.ts";

const READERS = fileURLToPath(new URL("readers-process.ts", import.meta.url));
const BARE = fileURLToPath(new URL("bare-process.ts", import.meta.url));

/** People and programs that ask again and again, in a process of their own. */
export interface Readers {
  /** Some of them follow this run to its end. */
  follow(run: string): void;
  /** They go when they have their answers. */
  end(): Promise<ReadersReport>;
}

export function startReaders(errand: ReadersErrand): Readers {
  const args = ["--conditions=source", READERS, JSON.stringify(errand)];
  const running = execa(process.execPath, args, { stdin: "pipe" });
  running.catch(() => undefined);
  return {
    follow: (run) => void running.stdin.write(`${run}\n`),
    async end() {
      running.stdin.end();
      return JSON.parse((await running).stdout) as ReadersReport;
    },
  };
}

/** Asks for each path once, and opens a server that answers the same and does nothing for it. `said` is its URL. */
export async function openBare(
  { url, token, paths }: Pick<ReadersErrand, "url" | "token" | "paths">,
  dir: string,
): Promise<RunningProgram> {
  const recorded: Record<string, Recorded[string]> = {};
  for (const path of paths) {
    const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    recorded[path] = { type: response.headers.get("content-type") ?? "", body: await response.text() };
  }
  const file = join(dir, "recorded.json");
  await writeFile(file, JSON.stringify(recorded));
  return startProgram(process.execPath, ["--conditions=source", BARE, file]);
}
