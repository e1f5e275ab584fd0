import { formatDate } from "./calendar.ts";
import { everyday, isOld, judgeFixed, linksOf } from "./chain.ts";
import type { Link } from "./chain.ts";
import { formatDuration } from "./duration.ts";
import { isHeld } from "./profile.ts";
import type { BackupPolicy, Sentence } from "./policy.ts";

type Policy = Pick<BackupPolicy<never>, "now" | "extraRetention" | "timezone">;

/**
 * The source is gone for good: points fade by age alone. The newest good moment is the last copy, all its
 * twins together; it stays `extraRetention` beyond its own end, and until everything else is gone or goes.
 */
export function judgeVanished(links: readonly Link[], strangers: number, policy: Policy): readonly Sentence[] {
  const last = lastMoment(links);
  const others = links.filter((link) => !last.includes(link));
  const end = endOf(last, policy.extraRetention);
  const inTheWay = strangers > 0 || others.some((link) => fade(link, policy).keep);
  const lastSentence = judgeLast(last, { end, inTheWay }, policy);
  return links.map((link) => (last.includes(link) ? lastSentence : fade(link, policy)));
}

/**
 * When the last copy of these snapshots would go into the trash, were their source gone for good from now
 * on: epoch ms, or undefined when there is none, or when something (a hold, an unknown interval, a
 * snapshot that is not ours) keeps it for an unknown time.
 */
export function lastCopyEnds<S>(snapshots: readonly S[], policy: BackupPolicy<S>): number | undefined {
  const links = linksOf(snapshots, policy);
  const endless = links.some((link) => isHeld(link.point) || link.ends === undefined);
  if (endless || links.length < snapshots.length) return undefined;
  const last = lastMoment(links);
  const end = endOf(last, policy.extraRetention);
  if (end === undefined) return undefined;
  return Math.max(end, ...links.map((link) => link.ends ?? end));
}

export function lastMoment(links: readonly Link[]): readonly Link[] {
  const newest = links.find((link) => link.good) ?? links[0];
  return links.filter((link) => link.point.time === newest?.point.time);
}

/** Twins are one copy: the longest-lived decides. undefined: nobody can say, or there is none. */
export function endOf(last: readonly Link[], extra: number): number | undefined {
  const ends = last.map((link) => link.ends);
  if (ends.length === 0 || ends.includes(undefined)) return undefined;
  return Math.max(...ends.filter((end) => end !== undefined)) + extra;
}

function fade(link: Link, policy: Policy): Sentence {
  const fixed = judgeFixed(link, policy.now);
  if (fixed !== undefined) return fixed;
  const { profile, count } = link.point;
  const { interval = 0 } = link;
  const limit = formatDuration(count * interval);
  const ordinary = policy.now > everyday(link).ends;
  return isOld(link, policy.now)
    ? { keep: false, because: `vanished; ${profile} older than ${limit}`, ordinary }
    : { keep: true, because: `vanished; ${profile} not older than ${limit}` };
}

function judgeLast(
  last: readonly Link[],
  ahead: { readonly end: number | undefined; readonly inTheWay: boolean },
  policy: Policy,
): Sentence {
  const fixed = last.map((link) => judgeFixed(link, policy.now)).find((sentence) => sentence !== undefined);
  if (fixed !== undefined) return { ...fixed, because: `last copy; ${fixed.because}` };
  const { end = Infinity } = ahead;
  const until = `kept until ${formatDate(end, policy.timezone ?? "UTC")}`;
  if (!(policy.now > end)) return { keep: true, because: `vanished; last copy, ${until}` };
  if (ahead.inTheWay) return { keep: true, because: "vanished; last copy, goes after all others" };
  return { keep: false, because: `vanished; last copy, ${until}`, ordinary: true, last: true };
}
