import type { JobReport, Plan, RunReport, RunTotals } from "@backurne/model";

/** All that is remembered of a run while it goes on. */
export interface RunState {
  readonly run: string;
  readonly host: string;
  readonly started: string;
  /** Time of the latest event. */
  readonly at: string;
  readonly plan?: Plan | undefined;
  readonly running: ReadonlyMap<string, RunningJob>;
  readonly ended: readonly EndedJob[];
  readonly counts: Counts;
  readonly refused: RunReport["refused"];
  readonly warnings: RunReport["warnings"];
  readonly failures: RunReport["failures"];
  readonly hooks: RunReport["hooks"];
}

export type RunningJob = Omit<JobReport, "outcome" | "failure" | "because">;
export type EndedJob = JobReport & { readonly id: string };
export type Counts = Pick<RunTotals, "full" | "incremental" | "removedLive" | "removedBackup" | "trashed">;

export const initialRun: RunState = {
  run: "",
  host: "",
  started: "",
  at: "",
  running: new Map(),
  ended: [],
  counts: { full: 0, incremental: 0, removedLive: 0, removedBackup: 0, trashed: 0 },
  refused: [],
  warnings: [],
  failures: [],
  hooks: [],
};
