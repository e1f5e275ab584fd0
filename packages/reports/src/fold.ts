import type { Plan, RunEvent, RunReport } from "@backurne/model";
import { endJob, startJob, updateJob } from "./jobs.ts";
import { finishRun } from "./finish.ts";
import { initialRun } from "./run-state.ts";
import type { Counts, RunState } from "./run-state.ts";

/** The report of a run, from its events alone. */
export function foldReport(events: Iterable<RunEvent>): RunReport {
  let state = initialRun;
  for (const event of events) state = applyEvent(state, event);
  return finishRun(state);
}

/** One event further. Pure: the state given stays as it was. */
export function applyEvent(before: RunState, event: RunEvent): RunState {
  const state = { ...before, started: before.started || event.at, at: event.at };
  switch (event.kind) {
    case "run-started":
      return { ...state, run: event.run, host: event.host, started: event.at };
    case "plan":
      return applyPlan(state, event);
    case "job-started":
      return startJob(state, event);
    case "transfer-started":
      return updateJob(state, event.job, { mode: event.mode, base: event.base, names: event.names });
    case "progress":
      return updateJob(state, event.job, { bytes: event.bytes });
    case "transfer-ended":
      return updateJob(count(state, event.mode), event.job, {
        mode: event.mode,
        names: event.names,
        bytes: event.bytes,
        ...(event.wire !== undefined && { wire: event.wire }),
        milliseconds: event.milliseconds,
      });
    case "verified":
      return updateJob(state, event.job, { verified: event.how });
    case "job-ended":
      return endJob(state, event);
    case "removed":
      return count(state, event.side === "live" ? "removedLive" : "removedBackup");
    case "trashed":
      return count(state, "trashed");
    case "warning":
      return { ...state, warnings: [...state.warnings, { about: event.about, message: event.message }] };
    case "refused": {
      const { kind: _kind, at: _at, ...refusal } = event;
      return { ...state, refused: [...state.refused, refusal] };
    }
    case "failed":
      return blame(state, { about: event.about, failure: event.failure });
    case "interrupted":
      return blame(state, {
        about: "the run",
        failure: { message: event.because, code: "interrupted" },
      });
    case "snapshot-made":
      return updateJob(state, event.job, { consistency: event.consistency });
    case "hook-ended":
      return applyHook(state, event);
    case "renamed":
    case "purged":
    case "run-ended":
      return state;
  }
}

function applyHook(
  state: RunState,
  { hook, about, output, failure }: Extract<RunEvent, { kind: "hook-ended" }>,
): RunState {
  return { ...state, hooks: [...state.hooks, { hook, about, output, ...(failure === undefined ? {} : { failure }) }] };
}

/** What the plan already says: what it could not look at is as much a failure as a job that broke. */
function applyPlan(state: RunState, plan: Plan): RunState {
  return {
    ...state,
    plan,
    refused: [...state.refused, ...plan.refused],
    warnings: [...state.warnings, ...plan.warnings],
    failures: [
      ...state.failures,
      ...plan.failures.map(({ about, message }) => ({ about, failure: { message, code: "command" } })),
    ],
  };
}

function count(state: RunState, what: keyof Counts): RunState {
  return { ...state, counts: { ...state.counts, [what]: state.counts[what] + 1 } };
}

function blame(state: RunState, failure: RunReport["failures"][number]): RunState {
  return { ...state, failures: [...state.failures, failure] };
}
