import { shortName, type CheckProblem, type Plan } from "@backurne/model";
import type { Candidate, Collisions } from "@backurne/planner";
import type { Facts } from "../gather.ts";
import type { House } from "../house.ts";
import type { Memory } from "./memory.ts";

/** What was seen, and what a run would make of it: all problems follow from this. */
export interface Looked {
  readonly house: House;
  readonly facts: Facts;
  readonly candidates: readonly Candidate[];
  /** Of a run of everything. */
  readonly plan: Plan;
  readonly collisions: Collisions;
  readonly memory: Memory;
  readonly now: number;
  /** ms */
  readonly maxAge: number;
}

/** ms; runs that clean everything up may be rarer than those of the shortest profile. */
const PATIENCE = 2 * 86_400_000;

/** Whether it has been so for longer than runs may be apart. */
export function isOld(what: string, { input: { subject } }: Candidate, { memory, now, maxAge }: Looked): boolean {
  return now - memory.since(subject.cluster, what) > Math.max(maxAge, PATIENCE);
}

export function problemOf(
  { input: { subject, chain } }: Candidate,
  problem: Omit<CheckProblem, "about" | "image">,
): CheckProblem {
  return { ...problem, about: shortName(subject), ...(chain && { image: chain.image }) };
}

/** Its source may be there; nobody could look. */
export function isHidden({ state: { state }, cluster }: Candidate): boolean {
  if (state !== "unlistable" || cluster === undefined) return false;
  return cluster.disks === undefined || (cluster.blind ?? []).length > 0;
}
