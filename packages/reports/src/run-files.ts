import type { Stats } from "node:fs";
import { open, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { BackurneError, type RunEvent, type RunReport, type RunTotals } from "@backurne/model";
import { foldReport } from "./fold.ts";
import { unlessThere } from "./unless-there.ts";

/** `open`: its file has no end. Another process is at it, or died. */
export interface RunSummary {
  readonly run: string;
  readonly host: string;
  /** ISO 8601 */
  readonly started: string;
  readonly ended?: string | undefined;
  /** ISO 8601: the last sign of life of one that is `open`. */
  readonly touched?: string | undefined;
  readonly state: "running" | "ended" | "open";
  readonly exit?: number | undefined;
  readonly totals?: RunTotals | undefined;
}

/** ms without a sign of life after which a run without an end counts as dead: comparing a large disk says nothing meanwhile. */
const SILENCE = 3_600_000;

/** Whether another process is at it, by all that can be seen from here. @param now epoch ms */
export function goesOn({ state, touched }: RunSummary, now: number): boolean {
  return state === "open" && touched !== undefined && now - Date.parse(touched) < SILENCE;
}

/** A run as its file tells it, whoever ran it. */
export interface RecordedRun {
  readonly summary: RunSummary;
  /** Where it has not ended: as it would be if it did now. */
  readonly report: RunReport;
}

/** One line of a run file. */
export type RunLine = RunEvent | RunReport;

export interface RunsFound {
  /** The newest first. */
  readonly runs: readonly RecordedRun[];
  /** Why there may be more; undefined: there are not. */
  readonly trouble?: BackurneError | undefined;
}

/** What must not be read is a BackurneError `unexpected`, and not the same as what is not there. */
export interface RunFiles {
  /** Those that can be read, and why others cannot. */
  look(): Promise<RunsFound>;
  /** Those that can be read, the newest first. */
  list(): Promise<readonly RecordedRun[]>;
  /** @throws BackurneError `unexpected` */
  find(run: string): Promise<RecordedRun | undefined>;
  /** All that was said of it so far; none where there is no such run. @throws as `find` does. */
  events(run: string): Promise<readonly RunEvent[]>;
  /** Its lines from the beginning; ends with its report, or when `signal` says so. Nothing where there is no such run. @throws as `find` does. */
  follow(run: string, signal: AbortSignal): AsyncGenerator<readonly RunLine[]>;
}

/** ms between two looks at a file that somebody else writes. */
const PAUSE = 1_000;
const orElse = <T>(nothing: T) =>
  unlessThere(nothing, {
    what: "the runs of this host",
    hint: "cron and `backurne serve` have to be the same user, or serve in the group of STATE_DIR/runs",
  });
const NAME = /^[\w-]{1,64}$/;

/** What `writeRunFile` keeps. */
export function openRunFiles(stateDir: string): RunFiles {
  const directory = join(stateDir, "runs");
  const fileOf = (run: string): string => join(directory, `${run}.ndjson`);
  const known = new Map<string, { readonly stamp: string; readonly read: RecordedRun }>();
  const touch = ({ summary, report }: RecordedRun, { mtime }: Stats): RecordedRun =>
    summary.state === "open" ? { summary: { ...summary, touched: mtime.toISOString() }, report } : { summary, report };

  async function find(run: string): Promise<RecordedRun | undefined> {
    if (!NAME.test(run)) return undefined;
    const found = await stat(fileOf(run)).catch(orElse(undefined));
    if (!found) return undefined;
    // Its time only says that it lives.
    const stamp = `${found.ino} ${found.size}`;
    const before = known.get(run);
    if (before?.stamp === stamp) return touch(before.read, found);
    const bytes = await readFile(fileOf(run)).catch(orElse(undefined));
    if (!bytes) return undefined;
    const read = readRun(run, bytes);
    known.set(run, { stamp, read });
    return touch(read, found);
  }

  async function look(): Promise<RunsFound> {
    const found: RecordedRun[] = [];
    let trouble: BackurneError | undefined;
    const names = await readdir(directory)
      .catch(orElse([]))
      .catch((error: BackurneError) => ((trouble = error), []));
    const runs = names.filter((name) => name.endsWith(".ndjson")).map((name) => name.slice(0, -".ndjson".length));
    for (const run of known.keys()) if (!runs.includes(run)) known.delete(run);
    // One after the other: a hundred runs of thousands of disks at once are more than there is room for.
    for (const run of runs) {
      try {
        const one = await find(run);
        if (one) found.push(one);
      } catch (error) {
        // One that is no run file is none.
        if (error instanceof BackurneError) trouble ??= error;
      }
    }
    return { runs: found.sort((a, b) => (a.summary.started < b.summary.started ? 1 : -1)), trouble };
  }

  // Those who ask meanwhile wait for the same look.
  let looking: ReturnType<typeof look> | undefined;
  const share = () => (looking ??= look().finally(() => (looking = undefined)));

  return {
    look: share,
    list: async () => (await share()).runs,
    find,
    async events(run) {
      const text = NAME.test(run) ? await readFile(fileOf(run), "utf8").catch(orElse("")) : "";
      return linesOf(text).filter((line) => line.kind !== "report");
    },
    async *follow(run, signal) {
      if (!NAME.test(run)) return;
      await using file = await open(fileOf(run)).catch(orElse(undefined));
      if (!file) return;
      const chunk = Buffer.alloc(1 << 16);
      let rest = Buffer.alloc(0);
      while (!signal.aborted) {
        const { bytesRead } = await file.read(chunk, 0, chunk.length);
        if (bytesRead === 0) {
          await pause(PAUSE, signal);
          continue;
        }
        rest = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
        const end = rest.lastIndexOf(10) + 1;
        const lines = linesOf(rest.subarray(0, end).toString());
        rest = rest.subarray(end);
        if (lines.length > 0) yield lines;
        if (lines.at(-1)?.kind === "report") return;
      }
    },
  };
}

/** Of a run that has ended only the last line is parsed, its report: the events before it may be many. */
function readRun(run: string, bytes: Buffer): RecordedRun {
  const end = bytes.lastIndexOf(10);
  const last = linesOf(bytes.toString("utf8", end > 0 ? bytes.lastIndexOf(10, end - 1) + 1 : 0, end + 1)).at(0);
  return summarize(run, last?.kind === "report" ? [last] : linesOf(bytes.toString()));
}

/** Half a line is one that is still being written. */
function linesOf(text: string): readonly RunLine[] {
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as RunLine);
}

function summarize(run: string, lines: readonly RunLine[]): RecordedRun {
  const last = lines.at(-1);
  const report = last?.kind === "report" ? last : foldReport(lines.filter((line) => line.kind !== "report"));
  const { host, started, ended, exit, totals } = report;
  if (last?.kind !== "report") return { summary: { run, host, started, state: "open" }, report };
  return { summary: { run, host, started, ended, state: "ended", exit, totals }, report };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", go);
      resolve();
    };
    const timer = setTimeout(go, ms);
    signal.addEventListener("abort", go);
    if (signal.aborted) go();
  });
}
