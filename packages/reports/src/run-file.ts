import { closeSync, futimesSync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { describeError } from "@backurne/model";
import type { RunEvent } from "@backurne/model";
import { writeNdjson } from "./ndjson.ts";
import type { Sink } from "./sink.ts";

const KEPT = 100;
/** ms between two signs of life of a run that only moves bytes. */
const SIGN = 60_000;

export interface RunFileOptions {
  readonly stateDir: string;
  /** Told once, when the file cannot be written: that never stops a run. */
  readonly warn: (message: string) => void;
}

/** Keeps a run in `STATE_DIR/runs/RUN.ndjson`, and the newest hundred of such files. Its progress is not in it: that only shows by the file's time. */
export function writeRunFile({ stateDir, warn }: RunFileOptions): Sink {
  const directory = join(stateDir, "runs");
  let file: number | undefined;
  let signed = -Infinity;
  let broken = false;
  const attempt = (work: () => void) => {
    if (broken) return;
    try {
      work();
    } catch (error) {
      broken = true;
      warn(`the run is not recorded in ${directory}: ${describeError(error)}`);
    }
  };
  const lines = writeNdjson((line) => {
    if (file !== undefined) writeSync(file, line);
  });
  return {
    event: (event) =>
      attempt(() => {
        if (event.kind === "run-started") file = openRunFile(directory, event);
        if (event.kind !== "progress") lines.event(event);
        else if (file !== undefined && Date.parse(event.at) - signed >= SIGN) {
          signed = Date.parse(event.at);
          futimesSync(file, signed / 1000, signed / 1000);
        }
      }),
    end: (report) =>
      attempt(() => {
        lines.end(report);
        if (file !== undefined) closeSync(file);
        removeOldest(directory);
      }),
  };
}

function openRunFile(directory: string, { run }: Extract<RunEvent, { kind: "run-started" }>): number {
  if (!/^[\w-]+$/.test(run)) throw new Error(`${JSON.stringify(run)} is no name for a file`);
  // Those who may only ask `check` have to reach its file in there.
  mkdirSync(dirname(directory), { recursive: true, mode: 0o755 });
  mkdirSync(directory, { recursive: true, mode: 0o750 });
  return openSync(join(directory, `${run}.ndjson`), "w", 0o640);
}

function removeOldest(directory: string): void {
  const files = readdirSync(directory)
    .filter((name) => name.endsWith(".ndjson"))
    .map((name) => ({ path: join(directory, name), time: statSync(join(directory, name)).mtimeMs }))
    .sort((one, other) => other.time - one.time);
  for (const { path } of files.slice(KEPT)) rmSync(path, { force: true });
}
