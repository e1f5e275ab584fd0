import type { Consistency } from "./guests.ts";
import type { Plan, Refusal, Side, Subject, TransferMode, Warning } from "./plan.ts";
import type { Extent } from "./verification.ts";

export type JobOutcome = "done" | "held" | "failed" | "refused" | "interrupted" | "nothing left to do";

/** Why something failed, in the shape every frontend prints. */
export interface Failure {
  readonly message: string;
  readonly code: string;
  readonly hint?: string | undefined;
  /** The end of stderr of the programs involved. */
  readonly detail?: string | undefined;
}

interface At {
  readonly at: string;
}

/** What happens in a run, in order. Everything a frontend shows is folded from these. */
export type RunEvent = At &
  (
    | {
        readonly kind: "run-started";
        readonly run: string;
        readonly host: string;
        readonly version: string;
      }
    | Plan
    | { readonly kind: "job-started"; readonly job: string; readonly subject: Subject }
    | {
        readonly kind: "snapshot-made";
        readonly job: string;
        readonly snapshot: string;
        readonly image: string;
        readonly consistency: Consistency;
      }
    | {
        readonly kind: "hook-ended";
        readonly hook: string;
        /** The guest, or the image of the disk. */
        readonly about: string;
        /** The end of what it printed. */
        readonly output: string;
        /** Why it counts as failed. */
        readonly failure?: string | undefined;
      }
    | {
        readonly kind: "transfer-started";
        readonly job: string;
        readonly mode: TransferMode;
        readonly snapshot: string;
        readonly names: readonly string[];
        readonly base?: string | undefined;
        readonly bytes?: number | undefined;
      }
    | { readonly kind: "progress"; readonly job: string; readonly bytes: number }
    | {
        readonly kind: "transfer-ended";
        readonly job: string;
        readonly mode: TransferMode;
        readonly snapshot: string;
        readonly names: readonly string[];
        readonly bytes: number;
        /** What came over the wire for them, where it was compressed and zstd said so (three digits). */
        readonly wire?: number | undefined;
        readonly milliseconds: number;
      }
    | {
        /** What the transfer sent is the same on both sides. */
        readonly kind: "verified";
        readonly job: string;
        readonly image: string;
        readonly snapshot: string;
        readonly how: Extent;
        readonly bytes: number;
        readonly milliseconds: number;
      }
    | {
        readonly kind: "removed";
        readonly job: string;
        readonly side: Side;
        readonly image: string;
        readonly snapshot: string;
        readonly because: string;
      }
    | {
        readonly kind: "trashed";
        readonly job: string;
        readonly image: string;
        readonly because: string;
      }
    /** What was in the trash is gone for good. */
    | { readonly kind: "purged"; readonly image: string; readonly id: string }
    | { readonly kind: "renamed"; readonly job: string; readonly from: string; readonly to: string }
    | {
        readonly kind: "job-ended";
        readonly job: string;
        readonly subject: Subject;
        readonly outcome: JobOutcome;
        readonly failure?: Failure | undefined;
        readonly because?: string | undefined;
      }
    | ({ readonly kind: "warning" } & Warning)
    | ({ readonly kind: "refused" } & Refusal)
    | { readonly kind: "failed"; readonly about: string; readonly failure: Failure }
    | { readonly kind: "interrupted"; readonly because: string }
    | { readonly kind: "run-ended" }
  );

/** `backup --json` ends with this; the exit code is read off it. */
export interface RunReport {
  readonly version: 1;
  readonly kind: "report";
  readonly run: string;
  readonly host: string;
  readonly started: string;
  readonly ended: string;
  readonly exit: number;
  readonly totals: RunTotals;
  readonly jobs: readonly JobReport[];
  readonly refused: readonly Refusal[];
  readonly warnings: readonly Warning[];
  readonly failures: readonly { readonly about: string; readonly failure: Failure }[];
  /** What the operator's own programs said. */
  readonly hooks: readonly HookReport[];
}

export interface HookReport {
  readonly hook: string;
  readonly about: string;
  readonly output: string;
  readonly failure?: string | undefined;
}

export interface RunTotals {
  readonly planned: number;
  readonly done: number;
  readonly full: number;
  readonly incremental: number;
  readonly held: number;
  readonly failed: number;
  /** Bytes on the wire after decompression: what the export wrote. */
  readonly bytes: number;
  readonly removedLive: number;
  readonly removedBackup: number;
  readonly trashed: number;
}

export interface JobReport {
  readonly subject: Subject;
  readonly outcome: JobOutcome;
  readonly mode?: TransferMode | undefined;
  readonly base?: string | undefined;
  readonly names: readonly string[];
  readonly consistency?: Consistency | undefined;
  readonly bytes: number;
  /** Of the transfer, as it was compressed; undefined: it was not, or nobody knows. */
  readonly wire?: number | undefined;
  readonly milliseconds: number;
  /** What of it was compared with its source, and is the same. */
  readonly verified?: Extent | undefined;
  readonly failure?: Failure | undefined;
  readonly because?: string | undefined;
}
