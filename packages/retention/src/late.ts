import { slotsAround } from "./calendar.ts";
import { hour } from "./duration.ts";
import { isAhead, isGood } from "./profile.ts";
import type { Point, Profile } from "./profile.ts";
import { parseAt } from "./slot.ts";

export interface LateContext {
  /** Epoch ms. */
  readonly now: number;
  /** IANA name: the wall clock of `at`. */
  readonly timezone: string;
  /** ms; not said: `graceOf` the profile. */
  readonly grace?: number | undefined;
}

/** How much later than its time a backup may be: runs take long, hosts are rebooted. */
export function graceOf({ interval }: Pick<Profile, "interval">): number {
  return Math.max(2 * hour, interval / 2);
}

/**
 * Epoch ms from which an image lacks a point of this profile: its interval, or its first missed slot, and the grace
 * after the newest good one; undefined: there is no good one. It does not move while nothing is backed up.
 * @throws RangeError as dueProfile.
 */
export function lateFrom(
  profile: Profile,
  points: readonly Point[],
  { now, timezone, grace = graceOf(profile) }: LateContext,
): number | undefined {
  const good = points.filter((point) => point.profile === profile.name && isGood(point) && !isAhead(point, now));
  if (good.length === 0) return undefined;
  const newest = good.reduce((latest, { time }) => Math.max(latest, time), -Infinity);
  if (profile.at === undefined) return newest + profile.interval + grace;
  const slot = parseAt(profile.at, profile.interval);
  if ("problem" in slot) throw new RangeError(`profile ${profile.name}: at: ${slot.problem}`);
  return slotsAround(slot, newest, timezone).next + grace;
}
