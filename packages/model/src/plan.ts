import type { ImageKey } from "./image-name.ts";
import type { SourceState } from "./guests.ts";

export type Side = "live" | "backup";

/** Which disk a line speaks of: short for people, both names for programs. */
export interface Subject {
  readonly cluster: string;
  readonly guest: string;
  readonly disk: string;
  readonly key: ImageKey;
  /** Name in the backup pool, present or to be. */
  readonly image: string;
}

export interface DueName {
  readonly profile: string;
  readonly count: number;
}

export interface SnapshotStep {
  readonly kind: "snapshot";
  readonly id: string;
  readonly because: string;
  /** The first is the name on the live image; the others are made on the backup side only. */
  readonly names: readonly DueName[];
  /** The guest's filesystems are to stand still meanwhile. */
  readonly freeze?: boolean | undefined;
}

export type TransferMode = "full" | "incremental";

export interface TransferStep {
  readonly kind: "transfer";
  readonly id: string;
  readonly because: string;
  readonly mode: TransferMode;
  /** Name of the base on the live image; undefined for a full. */
  readonly base?: string | undefined;
  /** Bytes to expect, undefined when nobody asked the clusters. */
  readonly bytes?: number | undefined;
  /** The chain that stands under the name and is closed as a generation before the new one takes it. */
  readonly closes?: string | undefined;
}

export interface RemoveStep {
  readonly kind: "remove";
  readonly id: string;
  readonly because: string;
  readonly side: Side;
  readonly image: string;
  readonly snapshot: string;
  /** Expected by the policy's own course; the others are counted by the brakes. */
  readonly ordinary: boolean;
}

export interface TrashStep {
  readonly kind: "trash";
  readonly id: string;
  readonly because: string;
  readonly image: string;
}

export interface RenameStep {
  readonly kind: "rename";
  readonly id: string;
  readonly because: string;
  readonly from: string;
  readonly to: string;
}

export type Step = SnapshotStep | TransferStep | RemoveStep | TrashStep | RenameStep;

/** All that happens to one chain, under one lease, in this order. */
export interface Job {
  readonly id: string;
  readonly subject: Subject;
  /** Name of the lease's resource. */
  readonly lock: string;
  /** Jobs of one lane share its workers: the live cluster, or `backup` where only the backup side works. */
  readonly lane: string;
  readonly priority: "high" | "normal";
  readonly steps: readonly Step[];
}

export interface Skip {
  readonly subject: Subject;
  readonly do: "wait" | "skip" | "fade" | "keep";
  readonly because: string;
  readonly state: SourceState;
  /** Epoch ms of the next due slot, where one is known. */
  readonly next?: number | undefined;
}

export interface Refusal {
  readonly scope: "chain" | "pool";
  readonly subject?: Subject | undefined;
  readonly because: string;
  readonly removals: number;
}

/** Points of one chain that no policy expires. */
export interface HeldPoints {
  readonly subject: Subject;
  readonly points: number;
  /** What holds all of them, where something does. */
  readonly because?: string | undefined;
}

export interface Warning {
  readonly about: string;
  readonly message: string;
}

export interface Plan {
  readonly version: 1;
  readonly kind: "plan";
  readonly at: string;
  readonly jobs: readonly Job[];
  readonly skipped: readonly Skip[];
  readonly refused: readonly Refusal[];
  /** Where anything is held. */
  readonly held?: readonly HeldPoints[] | undefined;
  readonly warnings: readonly Warning[];
  /** What could not be looked at: its chains are frozen, and the run ends with exit 3. */
  readonly failures: readonly Warning[];
}
