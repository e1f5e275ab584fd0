import type { RunEvent } from "@backurne/model";
import type { Candidate } from "@backurne/planner";
import type { LimitFunction } from "p-limit";
import type { Facts } from "./gather.ts";
import type { House, Reached } from "./house.ts";
import type { Intents } from "./intents.ts";
import type { Lease, Leases } from "./lease.ts";

/** An event without its time, which the run adds. */
type WithoutTime<E> = E extends unknown ? Omit<E, "at"> : never;
export type Emit = (event: WithoutTime<RunEvent>) => void;

/** What every job of a run shares. */
export interface RunContext {
  readonly house: House;
  readonly facts: Facts;
  readonly leases: Leases;
  readonly intents: Intents;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** Extraordinary removals of the whole pool were refused. */
  readonly onlyOrdinary: boolean;
  /** Extraordinary removals that the operator accepted and that have not been made yet. */
  readonly accepted: { left: number };
  /** Jobs that have a place among the fulls that a run may start (`claimFull`). */
  readonly fulls: Set<string>;
  readonly prove: boolean;
  /** Somebody looks at the progress: ask how much there is to move. */
  readonly watched: boolean;
  /** Whether what a transfer has sent is compared with its source. */
  readonly verifiesSent: () => Promise<boolean>;
  /** `image@snapshot` of what was open for somebody to look into when the run began; asked when something is to go. */
  readonly mapped: () => Promise<ReadonlySet<string>>;
  /** Bulk bytes, per live cluster. */
  readonly transfers: ReadonlyMap<string, LimitFunction>;
  /** Receives and expiries of this host. Nobody waits for a lease with a place in here: holders of leases wait for one. */
  readonly receives: LimitFunction;
}

/** One chain's job while its lease is held. */
export interface LeasedContext extends RunContext {
  readonly job: string;
  readonly resource: string;
  readonly lease: Lease;
  /** The run was interrupted, or the lease lost. */
  readonly stop: AbortSignal;
}

/** The same, with the disk it is for. */
export interface JobContext extends LeasedContext {
  readonly candidate: Candidate;
  /** undefined: the chain has no disk any more. */
  readonly reached: Reached | undefined;
}
