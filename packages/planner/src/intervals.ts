import type { IntervalMark, Marks, ProfileSettings } from "@backurne/model";
import { standardIntervals } from "@backurne/retention";
import type { ChainFacts } from "./facts.ts";

/** The interval (ms) a point of a named profile was made under; undefined: none is recorded. */
export function madeUnder(marks: Marks, { id, profile }: { readonly id: number; readonly profile: string }) {
  const { intervals = {} } = marks;
  // A profile may be called `constructor`.
  const mark = Object.hasOwn(intervals, profile) ? intervals[profile] : undefined;
  if (mark === undefined || typeof mark === "number") return mark;
  return mark.before.find(({ upTo }) => id <= upTo)?.interval ?? mark.interval;
}

/**
 * The mark as a transfer leaves it: what it makes is of the configured intervals, what stands keeps those it was made under.
 * undefined: there is nothing to record.
 */
export function recordIntervals(
  chain: Pick<ChainFacts, "snapshots" | "marks">,
  profiles: readonly ProfileSettings[],
): Marks["intervals"] {
  const named = profiles.filter(({ name }) => standardIntervals[name] === undefined);
  if (named.length === 0) return chain.marks.intervals;
  return {
    ...chain.marks.intervals,
    ...Object.fromEntries(named.map((profile) => [profile.name, markOf(chain, profile)])),
  };
}

function markOf(
  { snapshots, marks }: Pick<ChainFacts, "snapshots" | "marks">,
  { name: profile, interval }: ProfileSettings,
): IntervalMark {
  const before: { interval: number; upTo: number }[] = [];
  for (const { id, ours } of snapshots) {
    if (ours?.profile !== profile) continue;
    const made = madeUnder(marks, { id, profile }) ?? interval;
    const last = before.at(-1);
    if (last?.interval === made) last.upTo = id;
    else before.push({ interval: made, upTo: id });
  }
  if (before.at(-1)?.interval === interval) before.pop();
  return before.length === 0 ? interval : { interval, before };
}
