import { formatTime, slotsAround } from "./calendar.ts";
import { hour } from "./duration.ts";
import { isAhead, isGood } from "./profile.ts";
import type { Point, Profile } from "./profile.ts";
import { parseAt } from "./slot.ts";

export interface Due {
  readonly due: boolean;
  readonly because: string;
  /** Epoch ms: when it becomes, or became, due. */
  readonly next: number;
}

export interface DueContext {
  /** Epoch ms. */
  readonly now: number;
  /** IANA name: the wall clock of `at`, and of the times in reasons. */
  readonly timezone: string;
}

/**
 * Says whether an image needs a new point of this profile. `points` are those of the image, in any
 * order; only good ones of this profile count, the newest in time decides.
 *
 * With `at`: due when no point is as new as the latest slot. Without: when the newest is older than
 * the interval less a slack of min(10 %, 1 h), so that jitter in the start of runs loses none.
 * @throws RangeError when `at` does not fit the interval (see parseAt) or the zone is unknown.
 */
export function dueProfile(profile: Profile, points: readonly Point[], context: DueContext): Due {
  const { newest, ahead, furthest } = survey(profile.name, points, context.now);
  const show = (time: number): string => formatTime(time, context.now, context.timezone);
  const future =
    ahead === 0 ? "" : `; clock trouble: ${ahead} ${profile.name} in the future, up to ${show(furthest)}, not counted`;
  if (newest === undefined) {
    return { due: true, because: `no good ${profile.name} yet${future}`, next: context.now };
  }
  const next = becomesDue(profile, newest, context);
  const due = next <= context.now;
  const because = `${profile.name} ${due ? "due" : "next"} ${show(next)}, newest good ${show(newest)}`;
  return { due, because: because + future, next };
}

function becomesDue(profile: Profile, newest: number, context: DueContext): number {
  if (profile.at === undefined) {
    return newest + profile.interval - Math.min(profile.interval / 10, hour);
  }
  const slot = parseAt(profile.at, profile.interval);
  if ("problem" in slot) throw new RangeError(`profile ${profile.name}: at: ${slot.problem}`);
  const { last, next } = slotsAround(slot, context.now, context.timezone);
  return newest >= last ? next : last;
}

function survey(
  name: string,
  points: readonly Point[],
  now: number,
): { newest: number | undefined; ahead: number; furthest: number } {
  let newest: number | undefined;
  let ahead = 0;
  let furthest = now;
  for (const point of points) {
    if (point.profile !== name || !isGood(point)) continue;
    if (isAhead(point, now)) {
      ahead += 1;
      furthest = Math.max(furthest, point.time);
    } else if (newest === undefined || point.time > newest) newest = point.time;
  }
  return { newest, ahead, furthest };
}
