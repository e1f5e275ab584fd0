import { BackurneError, type RunEvent, type RunReport } from "@backurne/model";
import {
  addFailures,
  applyEvent,
  applyProgress,
  finishRun,
  goesOn,
  initialProgress,
  initialRun,
  openRunFiles,
  viewProgress,
  type ProgressView,
  type RunSummary,
} from "@backurne/reports";
import type { Outlet } from "@backurne/reports/outlets";
import type { Backurne, RunOptions } from "backurne";
import type { Run } from "../documents.ts";
import { followFeed } from "../feed.ts";
import { followFile, type ToldOfRun } from "./follow.ts";
import { openLiveRun, type LiveRun } from "./live.ts";

/** Runs of this host: those of this process live, all others by their files. */
export interface Runs {
  /**
   * Resolves once it has begun.
   * @throws BackurneError `usage`: what it is restricted to does not exist; `held`: too many go on here.
   */
  start(options: RunOptions): Promise<RunSummary>;
  /** The newest first; `trouble`: why there may be more. */
  list(): Promise<RunList>;
  /** @throws BackurneError `not-found` */
  find(run: string): Promise<Run>;
  /** All that was said of it so far. */
  events(run: string): Promise<readonly RunEvent[]>;
  /** Asks it to stop; it closes its transfers first. `refused` for a run of another process. */
  cancel(run: string, by: string): Promise<RunSummary>;
  /** From event number `from` on, to its end. */
  follow(run: string, from: number, signal: AbortSignal): AsyncGenerator<ToldOfRun>;
  /** Of those of this process. */
  progress(): readonly ProgressView[];
  isGoing(run: string): boolean;
  /** Stops them all, and waits for them. */
  close(because: string): Promise<void>;
}

export interface RunList {
  readonly runs: readonly RunSummary[];
  /** For people: what cannot be read, and the way out. */
  readonly trouble?: string | undefined;
}

export interface RunsOptions {
  readonly backurne: Pick<Backurne, "backup">;
  readonly stateDir: string;
  readonly now: () => number;
  /** Where each run is kept and told of. */
  readonly openOutlet: () => Outlet;
  /** Told when a run is over: what was looked up before is old then. */
  readonly changed: () => void;
  /** Hears whom nobody could tell of a run. */
  readonly log: (message: string) => void;
}

interface Going {
  readonly begun: Pick<RunSummary, "run" | "host" | "started">;
  readonly live: LiveRun;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

/** Several are safe, as leases keep them apart; more would only wait for each other. */
const MOST = 4;

export function openRuns({ backurne, stateDir, now, openOutlet, changed, log }: RunsOptions): Runs {
  const files = openRunFiles(stateDir);
  const here = new Map<string, Going>();
  /** Outlets may take minutes to close; a run that has its report has ended all the same. */
  const going = (): readonly Going[] => [...here.values()].filter(({ live }) => !live.report);

  async function start(options: RunOptions): Promise<RunSummary> {
    if (going().length >= MOST) {
      throw new BackurneError("held", `${MOST} runs go on here already`, { hint: "wait for one of them" });
    }
    const begun = Promise.withResolvers<RunSummary>();
    const [live, controller, outlet] = [openLiveRun(now), new AbortController(), openOutlet()];
    let state = initialRun;
    let run: string | undefined;
    const end = async (ended: RunReport): Promise<void> => {
      const report = addFailures(ended, await outlet.settle());
      changed(); // before anybody is told that he may look
      live.end(report);
      outlet.end(report);
      for (const { about, failure } of await outlet.close()) log(`${about}: ${failure.message}`);
    };
    const onEvent = (event: RunEvent): void => {
      state = applyEvent(state, event);
      live.event(event);
      outlet.event(event);
      if (event.kind !== "run-started") return;
      const entry = { begun: { run: event.run, host: event.host, started: event.at }, live, controller, ended };
      run = event.run;
      here.set(run, entry);
      begun.resolve(summaryOf(entry));
    };
    // It tells that it has started before it first waits: by then `ended` has to be there.
    const ended = Promise.resolve()
      .then(() => backurne.backup({ ...options, watched: true, signal: controller.signal, onEvent }))
      .then(end, (error: unknown) => {
        // Before it began it is an error like any other; afterwards it still gets its report.
        if (run === undefined) throw error;
        return end(finishRun(applyEvent(state, brokenBy(error, now()))));
      })
      .finally(() => run !== undefined && here.delete(run));
    ended.catch(begun.reject);
    return begun.promise;
  }

  async function find(run: string): Promise<Run> {
    const mine = here.get(run);
    if (mine) {
      const { report } = mine.live;
      const rest = report ? { report } : { progress: mine.live.progress() };
      return { version: 1, kind: "run", ...summaryOf(mine), ...rest };
    }
    const found = await files.find(run);
    if (!found) throw new BackurneError("not-found", "there is no such run", { hint: "the newest hundred are kept" });
    const { summary, report } = found;
    if (!goesOn(summary, now())) return { version: 1, kind: "run", ...summary, report };
    const progress = viewProgress((await files.events(run)).reduce(applyProgress, initialProgress), now());
    return { version: 1, kind: "run", ...summary, progress, report };
  }

  return {
    start,
    find,
    events: async (run) => here.get(run)?.live.events ?? files.events(run),
    async list() {
      const { runs, trouble } = await files.look();
      const recorded = runs.map(({ summary }) => summary).filter(({ run }) => !here.has(run));
      const mine = [...here.values()].map(summaryOf);
      return {
        runs: [...mine, ...recorded].sort((a, b) => (a.started < b.started ? 1 : -1)),
        ...(trouble && { trouble: `${trouble.message}: ${trouble.hint}` }),
      };
    },
    async cancel(run, by) {
      const mine = here.get(run);
      if (!mine || mine.live.report) {
        const { state } = await find(run);
        const why = state === "ended" ? "it has ended" : "it is not a run of this process";
        throw new BackurneError("refused", `${why}: it cannot be stopped here`);
      }
      mine.controller.abort(`stopped by ${by}`);
      return summaryOf(mine);
    },
    async *follow(run, from, signal) {
      const mine = here.get(run);
      if (mine) yield* followFeed(mine.live, from, signal);
      else {
        await find(run);
        yield* followFile(files.follow(run, signal), from, now);
      }
    },
    progress: () => going().map(({ live }) => live.progress()),
    isGoing: (run) => going().some(({ begun }) => begun.run === run),
    async close(because) {
      for (const { controller } of here.values()) controller.abort(because);
      await Promise.allSettled([...here.values()].map(({ ended }) => ended));
    },
  };
}

function summaryOf({ begun, live: { report } }: Going): RunSummary {
  if (!report) return { ...begun, state: "running" };
  const { ended, exit, totals } = report;
  return { ...begun, ended, state: "ended", exit, totals };
}

function brokenBy(error: unknown, now: number) {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof BackurneError ? error.code : "unexpected";
  return { kind: "failed", at: new Date(now).toISOString(), about: "the run", failure: { message, code } } as const;
}
