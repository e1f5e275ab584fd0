import type { JobReport, RunReport, RunTotals } from "@backurne/model";
import { exitCodeOf } from "./exit.ts";
import { untouched } from "./jobs.ts";
import type { RunState } from "./run-state.ts";

/** The report as it would be if the run ended with the latest event. */
export function finishRun(state: RunState): RunReport {
  const refused = uniqueBy(state.refused, (refusal) => JSON.stringify(refusal));
  const failures = uniqueBy(state.failures, ({ about, failure }) => JSON.stringify([about, failure.message]));
  const jobs = [...state.ended.map(({ id: _id, ...job }) => job), ...reportUnended(state)];
  return {
    version: 1,
    kind: "report",
    run: state.run,
    host: state.host,
    started: state.started,
    ended: state.at,
    exit: exitCodeOf({ jobs, refused, failures }),
    totals: addUp(state, jobs),
    jobs,
    refused,
    warnings: uniqueBy(state.warnings, (warning) => JSON.stringify(warning)),
    failures,
    hooks: state.hooks,
  };
}

function addUp(state: RunState, jobs: readonly JobReport[]): RunTotals {
  const having = (outcome: string) => jobs.filter((job) => job.outcome === outcome).length;
  return {
    planned: state.plan?.jobs.length ?? 0,
    done: having("done"),
    held: having("held"),
    failed: having("failed"),
    bytes: jobs.reduce((sum, job) => sum + job.bytes, 0),
    ...state.counts,
  };
}

/** Fails closed: a planned job whose end nobody saw does not count as well done. */
function reportUnended(state: RunState): readonly JobReport[] {
  const ended = new Set(state.ended.map((job) => job.id));
  const never = (state.plan?.jobs ?? [])
    .filter((job) => !ended.has(job.id) && !state.running.has(job.id))
    .map((job) => ({ ...untouched(job), ...reasonNotRun(state) }));
  const unfinished = [...state.running.values()].map((job) => ({ ...job, ...reasonUnended(state) }));
  return [...unfinished, ...never];
}

type End = Pick<JobReport, "outcome" | "failure" | "because">;

function reasonUnended(state: RunState): End {
  return isInterrupted(state) ? { outcome: "interrupted" } : broken("its end was never reported");
}

function reasonNotRun(state: RunState): End {
  if (isInterrupted(state)) return { outcome: "interrupted", because: "not started" };
  const refusal = state.refused.find(({ scope }) => scope === "pool");
  if (refusal) return { outcome: "refused", because: refusal.because };
  return broken("it was planned and never run");
}

function isInterrupted(state: RunState): boolean {
  return state.failures.some(({ failure }) => failure.code === "interrupted");
}

function broken(message: string): End {
  return { outcome: "failed", failure: { message, code: "unexpected" } };
}

/** The plan and the events after it may say the same thing; the report says it once. */
function uniqueBy<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
