import type { Plan, RunEvent, Subject, TransferMode } from "@backurne/model";
import { addBytes, startRate } from "./rate.ts";
import type { Rate } from "./rate.ts";

/** What a display needs to remember of a run. */
export interface Progress {
  /** Bytes each planned transfer is expected to move, as far as somebody asked. */
  readonly expected: ReadonlyMap<string, number>;
  readonly jobs: number;
  /** Planned jobs that hold a transfer. */
  readonly due: number;
  /** Disks the plan speaks of, due or not. */
  readonly disks: number;
  readonly ended: number;
  readonly held: number;
  readonly failed: number;
  /** Bytes of jobs that ended. */
  readonly bytes: number;
  /** Bytes expected of jobs that have not started. */
  readonly waitingBytes: number;
  readonly active: ReadonlyMap<string, Active>;
  readonly rate: Rate;
}

/** A job at work; it has a mode once its transfer started. */
export interface Active {
  readonly subject: Subject;
  readonly mode?: TransferMode | undefined;
  readonly names: readonly string[];
  readonly bytes: number;
  readonly expected?: number | undefined;
  readonly started: number;
  readonly rate: Rate;
}

export const initialProgress: Progress = {
  expected: new Map(),
  jobs: 0,
  due: 0,
  disks: 0,
  ended: 0,
  held: 0,
  failed: 0,
  bytes: 0,
  waitingBytes: 0,
  active: new Map(),
  rate: startRate(0),
};

export function applyProgress(state: Progress, event: RunEvent): Progress {
  const at = Date.parse(event.at);
  switch (event.kind) {
    case "plan":
      return applyPlan(event, at);
    case "job-started":
      return withActive(takeFromWaiting(state, event.job), event.job, {
        subject: event.subject,
        names: [],
        bytes: 0,
        expected: state.expected.get(event.job),
        started: at,
        rate: startRate(at),
      });
    case "transfer-started":
      return update(state, event.job, (job) => ({
        ...job,
        mode: event.mode,
        names: event.names,
        expected: event.bytes ?? job.expected,
        started: at,
        rate: startRate(at),
      }));
    case "progress":
      return moveBytes(state, event.job, { at, bytes: event.bytes });
    case "transfer-ended":
      return update(moveBytes(state, event.job, { at, bytes: event.bytes }), event.job, (job) => ({
        ...job,
        expected: event.bytes,
      }));
    case "job-ended":
      return endJob(state, event);
    default:
      return state;
  }
}

function applyPlan(plan: Plan, at: number): Progress {
  const transfers = plan.jobs.flatMap((job) =>
    job.steps.flatMap((step) => (step.kind === "transfer" ? [{ job: job.id, bytes: step.bytes }] : [])),
  );
  const expected = new Map(transfers.flatMap(({ job, bytes }) => (bytes === undefined ? [] : [[job, bytes] as const])));
  const images = [...plan.jobs, ...plan.skipped].map(({ subject }) => subject.image);
  return {
    ...initialProgress,
    expected,
    jobs: plan.jobs.length,
    due: transfers.length,
    disks: new Set(images).size,
    waitingBytes: [...expected.values()].reduce((sum, bytes) => sum + bytes, 0),
    rate: startRate(at),
  };
}

function takeFromWaiting(state: Progress, job: string): Progress {
  return { ...state, waitingBytes: state.waitingBytes - (state.expected.get(job) ?? 0) };
}

/** `bytes` is the count so far, not what came since. */
function moveBytes(state: Progress, id: string, { at, bytes }: { at: number; bytes: number }): Progress {
  const before = state.active.get(id);
  if (!before) return state;
  const more = Math.max(0, bytes - before.bytes);
  return {
    ...withActive(state, id, { ...before, bytes, rate: addBytes(before.rate, at, more) }),
    rate: addBytes(state.rate, at, more),
  };
}

function endJob(state: Progress, event: Extract<RunEvent, { kind: "job-ended" }>): Progress {
  const job = state.active.get(event.job);
  const active = new Map(state.active);
  active.delete(event.job);
  return {
    ...(job ? state : takeFromWaiting(state, event.job)),
    active,
    ended: state.ended + 1,
    held: state.held + (event.outcome === "held" ? 1 : 0),
    failed: state.failed + (event.outcome === "failed" ? 1 : 0),
    bytes: state.bytes + (job?.bytes ?? 0),
  };
}

function update(state: Progress, id: string, change: (job: Active) => Active): Progress {
  const job = state.active.get(id);
  return job ? withActive(state, id, change(job)) : state;
}

function withActive(state: Progress, id: string, job: Active): Progress {
  return { ...state, active: new Map(state.active).set(id, job) };
}
