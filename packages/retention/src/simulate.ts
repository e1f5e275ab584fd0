import { judgeBackup } from "./backup.ts";
import { dueProfile } from "./due.ts";
import type { Point, Profile } from "./profile.ts";
import type { SourceState, Verdict } from "./verdict.ts";

export interface Simulation {
  readonly profiles: readonly Profile[];
  /** When the tool runs: epoch ms, ascending. */
  readonly runs: Iterable<number>;
  /** What stands before the first of them, oldest first. Default: nothing. */
  readonly standing?: readonly SimulatedPoint[];
  /** IANA name. Default UTC. */
  readonly timezone?: string;
  /** ms. Default 0. */
  readonly extraRetention?: number;
  /** Default: present throughout. */
  state?(now: number): SourceState;
}

/** A point of the simulated image. */
export interface SimulatedPoint extends Point {
  /** Counts up, as the ids of snapshots do. */
  readonly id: number;
}

/** What one run did. */
export interface SimulatedRun {
  readonly now: number;
  readonly taken: readonly SimulatedPoint[];
  readonly removed: readonly Verdict<SimulatedPoint>[];
  /** Everything that stands after the run, oldest first. */
  readonly points: readonly SimulatedPoint[];
}

/** Plays a policy on one image, run by run: takes what is due, then carries the verdicts out. */
export function* simulate(simulation: Simulation): Generator<SimulatedRun, void, undefined> {
  const { profiles, timezone = "UTC", extraRetention = 0 } = simulation;
  const configured = new Map(profiles.map((profile) => [profile.name, profile]));
  let points = simulation.standing ?? [];
  let id = points.reduce((newest, point) => Math.max(newest, point.id), 0);
  for (const now of simulation.runs) {
    const state = simulation.state?.(now) ?? "present";
    const due = profiles.filter((profile) => state === "present" && dueProfile(profile, points, { now, timezone }).due);
    const taken = due.map(({ name, count }): SimulatedPoint => ({
      profile: name,
      count,
      time: now,
      id: (id += 1),
    }));
    const newest = id;
    const verdicts = judgeBackup([...points, ...taken], {
      point: (point) => ((point.heldUntil ?? Infinity) <= now ? { ...point, held: false } : point),
      order: (point) => point.id,
      shared: (point) => point.id === newest,
      intervals: (name) => configured.get(name)?.interval,
      configured,
      state,
      now,
      extraRetention,
      timezone,
    });
    points = verdicts.filter((verdict) => verdict.keep).map((verdict) => verdict.snapshot);
    yield { now, taken, removed: verdicts.filter((verdict) => !verdict.keep), points };
  }
}
