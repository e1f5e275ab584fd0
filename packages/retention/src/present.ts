import { everyday, flawOf, isOld, judgeFixed, nameCount, nameHold } from "./chain.ts";
import type { Link } from "./chain.ts";
import { formatDuration } from "./duration.ts";
import type { BackupPolicy, Sentence } from "./policy.ts";

type Policy = Pick<BackupPolicy<never>, "configured" | "now">;

/** How many good points of one profile are newer than the one at hand. */
interface Newer {
  exist: number;
  /** Those of them that stay. The rules count these, so that no removal rests on another. */
  stay: number;
}

/** The source is there: a point goes when it is old enough and enough newer good ones stay. Links come newest first. */
export function judgePresent(links: readonly Link[], policy: Policy): readonly Sentence[] {
  const newestGood = links.find((link) => link.good);
  const newestShared = links.find((link) => link.shared);
  const seen = new Map<string, Newer>();
  return links.map((link) => {
    const newer = newerOf(link, seen);
    const floor =
      link === newestShared ? "newest shared: base of next transfer" : link === newestGood ? "newest good" : undefined;
    const sentence =
      floor === undefined
        ? (judgeFixed(link, policy.now) ?? judgeByAge(link, newer, policy))
        : judgeFloor(link, floor, policy.now);
    if (link.good) {
      newer.exist += 1;
      if (sentence.keep) newer.stay += 1;
    }
    return sentence;
  });
}

function newerOf(link: Link, seen: Map<string, Newer>): Newer {
  const { profile } = link.point;
  const newer = seen.get(profile) ?? { exist: 0, stay: 0 };
  seen.set(profile, newer);
  return newer;
}

function judgeFloor(link: Link, because: string, now: number): Sentence {
  const flaw = flawOf(link, now);
  const reasons = [because, nameHold(link.point), flaw].filter((reason) => reason !== undefined).join("; ");
  return { keep: true, because: reasons, ...(flaw === undefined ? {} : { warn: true }) };
}

function judgeByAge(link: Link, newer: Newer, policy: Policy): Sentence {
  const { profile, count } = link.point;
  const { interval = 0 } = link;
  const rank = link.good ? `${ordinal(newer.exist + 1)} good ${profile}` : `not good ${profile}`;
  const says = `${rank}; ${nameCount(link.point)}`;
  const limit = formatDuration(count * interval);
  if (!isOld(link, policy.now)) {
    return { keep: true, because: `${says}; not older than ${limit}` };
  }
  if (newer.stay < count) {
    return { keep: true, because: `${says}; older than ${limit}, but only ${newer.stay} newer` };
  }
  const due = everyday(link);
  const wanted = Math.max(due.count, policy.configured.get(profile)?.count ?? 0);
  return {
    keep: false,
    because: `${says}; older than ${limit}`,
    ordinary: newer.stay >= wanted && policy.now > due.ends,
  };
}

function ordinal(n: number): string {
  const teen = n % 100 > 10 && n % 100 < 14;
  const suffix = teen ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${n}${suffix}`;
}
