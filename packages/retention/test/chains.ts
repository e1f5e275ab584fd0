import { standardIntervals } from "../src/index.ts";
import type { BackupPolicy, Point, Profile, Verdict } from "../src/index.ts";

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
export const now = Date.parse("2026-11-02T12:00:00Z");

/** A snapshot of a backup image as the tests see it. */
export interface Snap {
  readonly id: number;
  /** undefined: somebody else's. */
  readonly point?: Point | undefined;
  readonly shared?: boolean;
}

export function profile(name: string, count: number, more: Partial<Profile> = {}): Profile {
  return { name, count, interval: standardIntervals[name] ?? 6 * hour, maxOnLive: 1, ...more };
}

export function byName(...profiles: readonly Profile[]): ReadonlyMap<string, Profile> {
  return new Map(profiles.map((one) => [one.name, one]));
}

/** Points of one profile, oldest first, `ages` in ms. */
export function series(name: string, count: number, ages: readonly number[]): readonly Snap[] {
  return [...ages].sort((a, b) => b - a).map((age) => ({ id: 0, point: { profile: name, count, time: now - age } }));
}

/** Numbers snapshots by their time, as a cluster with a good clock does. */
export function chain(...snaps: readonly Snap[]): readonly Snap[] {
  return [...snaps]
    .sort((a, b) => (a.point?.time ?? 0) - (b.point?.time ?? 0))
    .map((snap, index) => ({ ...snap, id: index + 1 }));
}

export function range(n: number): readonly number[] {
  return Array.from({ length: n }, (_, index) => index);
}

export function policy(more: Partial<BackupPolicy<Snap>> = {}): BackupPolicy<Snap> {
  return {
    point: (snap) => snap.point,
    order: (snap) => snap.id,
    shared: (snap) => snap.shared ?? false,
    intervals: (name) => standardIntervals[name],
    configured: new Map(),
    state: "present",
    now,
    extraRetention: 0,
    ...more,
  };
}

export function removed<S>(verdicts: readonly Verdict<S>[]): readonly Verdict<S>[] {
  return verdicts.filter((verdict) => !verdict.keep);
}

export function kept<S>(verdicts: readonly Verdict<S>[]): readonly S[] {
  return verdicts.filter((verdict) => verdict.keep).map((verdict) => verdict.snapshot);
}

/** What must hold of any verdicts on any chain, whatever the row of a table is about. Names what does not. */
export function broken(
  snaps: readonly Snap[],
  verdicts: readonly Verdict<Snap>[],
  { state, now: time }: BackupPolicy<Snap>,
): readonly string[] {
  const gone = removed(verdicts).map((verdict) => verdict.snapshot);
  const ours = snaps.filter((snap) => snap.point !== undefined).sort((a, b) => b.id - a.id);
  const good = ours.filter((snap) => snap.point?.good !== false);
  const newestGood = good[0];
  const newestShared = ours.find((snap) => snap.shared);
  const rules: Record<string, boolean> = {
    "one verdict per snapshot, in input order":
      verdicts.length === snaps.length && snaps.every((s, i) => verdicts[i]?.snapshot === s),
    "every verdict has a reason": verdicts.every(({ because }) => because.length > 2),
    "removals say whether they are ordinary": removed(verdicts).every(({ ordinary }) => ordinary !== undefined),
    "no stranger goes": gone.every((snap) => snap.point !== undefined),
    "no held one goes": gone.every((snap) => !snap.point?.held),
    "nothing goes while frozen": state === "present" || state === "vanished" || gone.length === 0,
    "nothing goes before its time": gone.every(
      ({ point }) =>
        point !== undefined &&
        time - point.time > point.count * (point.interval ?? standardIntervals[point.profile] ?? Infinity),
    ),
    "newest good and newest shared stay":
      state === "vanished" || !gone.some((snap) => snap === newestGood || snap === newestShared),
    "count newer good ones stay":
      state === "vanished" ||
      gone.every(
        ({ id, point }) =>
          good.filter((other) => other.id > id && other.point?.profile === point?.profile && !gone.includes(other))
            .length >= (point?.count ?? 0),
      ),
    "the last copy goes last, and with everything": verdicts.every(
      ({ last }) => last !== true || (state === "vanished" && gone.length === snaps.length),
    ),
  };
  return Object.keys(rules).filter((rule) => !rules[rule]);
}
