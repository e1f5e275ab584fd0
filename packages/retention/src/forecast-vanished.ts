import type { Link } from "./chain.ts";
import { formatDuration } from "./duration.ts";
import { nameEndless } from "./forecast-present.ts";
import type { Fate } from "./forecast.ts";
import type { BackupPolicy } from "./policy.ts";
import type { Rhythm } from "./rhythm.ts";
import { isHeld } from "./profile.ts";
import { endOf, lastMoment } from "./vanished.ts";

type Policy = Pick<BackupPolicy<never>, "now" | "extraRetention"> & { readonly rhythm: Rhythm };

/** The source is gone for good: each goes by its age, and the last copy when all others have gone, or go. */
export function forecastVanished(links: readonly Link[], strangers: number, policy: Policy): ReadonlyMap<Link, Fate> {
  const last = lastMoment(links);
  const fates = new Map<Link, Fate>();
  for (const link of links) if (!last.includes(link)) fates.set(link, fade(link, policy));
  const others = [...fates.values()].map(({ expires }) => expires);
  const fate = fadeLast(last, { others, strangers }, policy);
  for (const link of last) fates.set(link, fate);
  return fates;
}

function fade(link: Link, policy: Policy): Fate {
  const fixed = nameEndless(link, policy.now);
  if (fixed !== undefined) return { expires: undefined, because: fixed };
  const { ends = Infinity, point, interval = 0 } = link;
  const expires = goesAfter([ends], [link], policy);
  const held = isHeld(point) && (point.heldUntil ?? 0) > ends;
  const because = held ? "until its hold is over" : `until it is older than ${formatDuration(point.count * interval)}`;
  return { expires, because: `vanished; ${because}` };
}

function fadeLast(
  last: readonly Link[],
  { others, strangers }: { readonly others: readonly (number | undefined)[]; readonly strangers: number },
  policy: Policy,
): Fate {
  const fixed = last.flatMap((link) => nameEndless(link, policy.now) ?? [])[0];
  if (fixed !== undefined) return { expires: undefined, because: `last copy; ${fixed}` };
  const end = endOf(last, policy.extraRetention);
  if (end === undefined || strangers > 0 || others.includes(undefined)) {
    return { expires: undefined, because: "vanished; last copy, goes after all others" };
  }
  const alone = goesAfter([end], last, policy);
  const all = others.reduce<number>((latest, expires) => Math.max(latest, expires ?? 0), alone);
  const because = all > alone ? "goes after all others" : `kept ${formatDuration(policy.extraRetention)} longer`;
  return { expires: all, because: `vanished; last copy, ${because}` };
}

/** The first run, of those to come, after all these times, and when nothing holds it any more. */
function goesAfter(ends: readonly number[], links: readonly Link[], { now, rhythm }: Policy): number {
  const released = links.map(({ point }) => (isHeld(point) ? rhythm.from(point.heldUntil ?? 0) : 0));
  return Math.max(rhythm.after(now), ...ends.map(rhythm.after), ...released);
}
