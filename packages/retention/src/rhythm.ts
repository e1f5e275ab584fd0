import { day } from "./duration.ts";
import type { Link } from "./chain.ts";
import type { Profile } from "./profile.ts";

/** When the tool is taken to run. Whole numbers of steps from a run that has been. */
export interface Rhythm {
  /** Epoch ms of the first run at or after that time, resp. of the first one after it. */
  from(time: number): number;
  after(time: number): number;
}

/**
 * Nobody tells when cron starts it: once a day, or as often as the shortest profile asks for, at the clock time of the
 * newest point, which some run has made.
 */
export function rhythmOf(links: readonly Link[], profiles: Iterable<Profile>, now: number): Rhythm {
  const made = links.map(({ point }) => point.time).filter((time) => time <= now);
  const anchor = made.reduce((newest, time) => Math.max(newest, time), made[0] ?? now);
  const step = [...profiles].reduce((least, { interval }) => Math.min(least, interval), day);
  return {
    from: (time) => anchor + Math.ceil((time - anchor) / step) * step,
    after: (time) => anchor + (Math.floor((time - anchor) / step) + 1) * step,
  };
}
