import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { identify, OWNER } from "./processes.ts";
import { environment } from "./run.ts";
import type { Daemon } from "./types.ts";

export interface DaemonOptions {
  readonly name: string;
  /** The sandbox's directory: the mark by which `down` knows the process again. */
  readonly owner: string;
  /** Takes standard output and error. */
  readonly log: string;
}

/** Starts a program that outlives this process, in a session of its own, so that Ctrl-C in a terminal does not reach it. */
export async function startDaemon(argv: readonly [string, ...string[]], options: DaemonOptions): Promise<Daemon> {
  const [file, ...args] = argv;
  const log = openSync(options.log, "a");
  try {
    const child = spawn(file, args, {
      cwd: "/",
      detached: true,
      stdio: ["ignore", log, log],
      env: { ...process.env, ...environment, [OWNER]: options.owner },
    });
    await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    child.unref();
    return await identify(options.name, child.pid ?? -1);
  } finally {
    closeSync(log);
  }
}

/** The last lines of a log, for an error message. */
export async function tail(log: string, lines = 15): Promise<string> {
  const text = await readFile(log, "utf8").catch(() => "");
  return text.trimEnd().split("\n").slice(-lines).join("\n");
}
