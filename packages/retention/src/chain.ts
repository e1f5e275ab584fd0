import { formatDuration } from "./duration.ts";
import { isAhead, isGood, isHeld } from "./profile.ts";
import type { Point } from "./profile.ts";
import type { BackupPolicy, Sentence } from "./policy.ts";

/** One of our points, with what the rules ask of it. */
export interface Link {
  /** Its place in the input. */
  readonly index: number;
  readonly order: number;
  readonly point: Point;
  readonly good: boolean;
  readonly shared: boolean;
  /** ms; undefined when nobody knows it. */
  readonly interval: number | undefined;
  /** Epoch ms after which it is old enough to go; undefined when nobody can say. */
  readonly ends: number | undefined;
}

/** The points that are ours, newest first by `order`. */
export function linksOf<S>(snapshots: readonly S[], policy: BackupPolicy<S>): readonly Link[] {
  const links: Link[] = [];
  for (const [index, snapshot] of snapshots.entries()) {
    const point = policy.point(snapshot);
    if (point === undefined) continue;
    const interval = point.interval ?? policy.intervals(point.profile);
    links.push({
      index,
      order: policy.order(snapshot),
      point,
      good: isGood(point),
      shared: policy.shared(snapshot),
      interval,
      ends: interval === undefined ? undefined : point.time + point.count * interval,
    });
  }
  return links.sort((a, b) => b.order - a.order);
}

/** Whether age may decide by now. Asked this way round, so that NaN keeps. */
export function isOld({ ends }: Link, now: number): boolean {
  return ends !== undefined && now > ends;
}

/** A point that stays whatever its age, in every state of its source; undefined: age may decide. */
export function judgeFixed(link: Link, now: number): Sentence | undefined {
  const hold = nameHold(link.point);
  if (hold !== undefined) return { keep: true, because: hold };
  const flaw = flawOf(link, now);
  return flaw === undefined ? undefined : { keep: true, because: flaw, warn: true };
}

/**
 * What makes a removal everyday: so many newer points, and this moment past (epoch ms). What a new word overtook when it was
 * given goes by that word, and is for the brakes to count; what had still its time then goes by the day. Asked this way
 * round, so that NaN is overtaken.
 */
export function everyday({ point, interval = 0, ends = Infinity }: Link): {
  readonly count: number;
  readonly ends: number;
} {
  const { count, time, recounted } = point;
  if (recounted === undefined || ends >= recounted.at) return { count, ends };
  const before = time + recounted.named * (recounted.interval ?? interval);
  return { count: Math.max(count, recounted.named), ends: Math.max(ends, before) };
}

/** `name says 30`, and what was said since. */
export function nameCount({ count, interval = 0, recounted }: Point): string {
  if (recounted === undefined) return `name says ${count}`;
  const { named, interval: before } = recounted;
  if (before === undefined) return `name says ${named}, re-applied ${count}`;
  return `name says ${named} of ${formatDuration(before)} each, re-applied ${count} of ${formatDuration(interval)}`;
}

export function nameHold(point: Point): string | undefined {
  if (!isHeld(point)) return undefined;
  return point.held === true ? "held" : `hold ${point.held}`;
}

/** What is wrong with a point, for a person to look at. It is never a reason to remove. */
export function flawOf(link: Link, now: number): string | undefined {
  if (link.ends === undefined) return `interval of ${link.point.profile} is unknown`;
  return isAhead(link.point, now) ? "in the future: clock trouble" : undefined;
}
