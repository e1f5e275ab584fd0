import { readFileSync } from "node:fs";
import type { Settings } from "@backurne/model";
import { openBackurne, type OpenOptions, type RunOptions } from "backurne";

/** What a test hands to a process of its own. */
export interface Errand {
  readonly settings: Settings;
  readonly open: Omit<OpenOptions, "now">;
  readonly backup: Omit<RunOptions, "signal">;
  /** Epoch ms: the clock of this process stands still there. undefined: it is the machine's. */
  readonly frozen?: number | undefined;
  /** Begin only at the first byte on stdin, so that several begin together. */
  readonly waits?: boolean | undefined;
}

// One backup in a process that a test may stop and kill: events and the report as NDJSON on stdout, as the tool prints them.
const errand = JSON.parse(readFileSync(process.argv[2] as string, "utf8")) as Errand;
const { settings, open, backup, frozen, waits } = errand;
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort(`stopped by ${signal}`));

const print = (value: unknown): boolean => process.stdout.write(`${JSON.stringify(value)}\n`);
const clock = frozen === undefined ? Date.now : () => frozen;
await using backurne = await openBackurne(settings, { ...open, now: clock });
print({ kind: "ready" });
if (waits) await new Promise((begin) => process.stdin.once("data", begin));
process.stdin.destroy();
const report = await backurne.backup({ ...backup, signal: stop.signal, onEvent: print });
print(report);
process.exitCode = report.exit;
