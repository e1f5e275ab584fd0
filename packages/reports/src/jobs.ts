import type { RunEvent } from "@backurne/model";
import type { EndedJob, RunningJob, RunState } from "./run-state.ts";

type Started = Extract<RunEvent, { kind: "job-started" }>;
type Ended = Extract<RunEvent, { kind: "job-ended" }>;

export function startJob(state: RunState, event: Started): RunState {
  return withRunning(state, event.job, untouched(event));
}

/** Of a job that never started nothing is known, and so nothing is recorded. */
export function updateJob(state: RunState, id: string, change: Partial<RunningJob>): RunState {
  const job = state.running.get(id);
  return job ? withRunning(state, id, { ...job, ...change }) : state;
}

/** A job may end without having started: what another host holds does. */
export function endJob(state: RunState, event: Ended): RunState {
  const running = new Map(state.running);
  const ended: EndedJob = {
    ...(running.get(event.job) ?? untouched(event)),
    id: event.job,
    outcome: event.outcome,
    ...(event.failure && { failure: event.failure }),
    ...(event.because !== undefined && { because: event.because }),
  };
  running.delete(event.job);
  return { ...state, running, ended: [...state.ended, ended] };
}

/** A job before its first event but one. */
export function untouched({ subject }: Pick<Started, "subject">): RunningJob {
  return { subject, names: [], bytes: 0, milliseconds: 0 };
}

function withRunning(state: RunState, id: string, job: RunningJob): RunState {
  return { ...state, running: new Map(state.running).set(id, job) };
}
