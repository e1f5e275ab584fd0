import { formatDate } from "./calendar.ts";
import { flawOf, isOld, nameHold } from "./chain.ts";
import type { Link } from "./chain.ts";
import { dueProfile } from "./due.ts";
import { day, formatDuration } from "./duration.ts";
import type { Fate } from "./forecast.ts";
import type { BackupPolicy } from "./policy.ts";
import { isAhead, isGood, isHeld } from "./profile.ts";
import type { Point, Profile } from "./profile.ts";
import type { Rhythm } from "./rhythm.ts";

type Policy = Pick<BackupPolicy<never>, "configured" | "now" | "timezone"> & { readonly rhythm: Rhythm };

/** The source is there. Profiles have nothing to do with each other, but for the base, which the next transfer replaces. */
export function forecastPresent(links: readonly Link[], policy: Policy): ReadonlyMap<Link, Fate> {
  const byProfile = Map.groupBy(links, ({ point }) => point.profile);
  const next = [...policy.configured.values()].map((profile) =>
    nextMade(profile, recentOf(byProfile.get(profile.name) ?? [], policy.now), policy.now, policy),
  );
  const floors = new Set([links.find((link) => link.shared), links.find((link) => link.good)]);
  const floor = { links: floors, until: next.reduce((least, run) => Math.min(least, run), Infinity) };
  const fates = [...byProfile].flatMap(([name, mine]) => [
    ...play(mine, policy.configured.get(name), { ...policy, floor }),
  ]);
  return new Map(fates);
}

interface Scene extends Policy {
  /** What stays until the next transfer, of whichever profile, has ended. */
  readonly floor: { readonly links: ReadonlySet<Link | undefined>; readonly until: number };
}

/** What keeps a point at one time. */
type Keeper = "hold" | "flaw" | "floor" | "age" | "rank";

interface Kept {
  readonly keeper: Keeper | undefined;
  /** How many newer good ones stayed. */
  readonly newer: number;
}

/** Points that are looked at in all runs together, and what a run itself costs, in such looks: counts can be any number. */
const MOST = 2_000_000;
const RUN = 10;
/** One that has to ask a calendar for its slots. */
const SLOT_RUN = 200;
/** Epoch ms: there is no later date. */
const LAST = 8.64e15;

/** One profile, run by run. Runs in which nothing comes, grows old or is released change nothing, and are left out. */
function play(mine: readonly Link[], profile: Profile | undefined, scene: Scene): ReadonlyMap<Link, Fate> {
  const fates = new Map<Link, Fate>();
  // What stands for ever, whatever is played: it is waited for by nobody.
  for (const link of mine) {
    const because = nameEndless(link, scene.now);
    if (because !== undefined) fates.set(link, { expires: undefined, because });
  }
  const waiting = new Map<Link, Kept>();
  const timezone = scene.timezone ?? "UTC";
  const end = Math.min(settledAt(mine, profile, scene.now), LAST);
  let standing: readonly Link[] = mine;
  let recent = recentOf(mine, scene.now);
  let seen = 0;

  /** Who goes in this run. Before the first one it is only looked what keeps them. */
  function pass(run: number, carried: boolean): void {
    let stay = 0;
    standing = standing.filter((link) => {
      const keeper = keeperOf(link, { stay, run }, scene);
      const goes = keeper === undefined && carried;
      const kept = waiting.get(link);
      if (goes && kept) fates.set(link, { expires: run, because: describeKeeper(link, kept.keeper) });
      if (goes) waiting.delete(link);
      else if (kept || (!carried && !fates.has(link))) waiting.set(link, { keeper, newer: stay });
      if (link.good && keeper !== undefined) stay += 1;
      return !goes;
    });
    seen += standing.length + (profile?.at === undefined ? RUN : SLOT_RUN);
  }

  pass(scene.now, false);
  let run = scene.rhythm.after(scene.now);
  for (; run <= end && waiting.size > 0 && seen < MOST; run = nextRun(run, { standing, recent, profile }, scene)) {
    if (profile && dueProfile(profile, recent, { now: run, timezone }).due) {
      const made = makePoint(profile, run);
      standing = [made, ...standing];
      recent = [made.point, ...recent.filter((point) => isAhead(point, run))];
    }
    pass(run, true);
  }
  for (const [link, kept] of waiting) {
    // So far ahead that nobody plays it: its age at least says when it cannot be before.
    const from = Math.max(run, link.ends ?? run);
    const because = run <= end ? `not before ${formatDate(from, timezone)}` : describeEver(link, kept, profile);
    fates.set(link, { expires: undefined, because });
  }
  return fates;
}

/**
 * Epoch ms from which every run finds what others have found before. Slots are of a calendar, and all of its years have to
 * have been: a month of 31 days, a leap year, the nights in which clocks are changed.
 */
function settledAt(mine: readonly Link[], profile: Profile | undefined, now: number): number {
  const changes = mine.flatMap(({ ends = now, point }) => [ends, releasedAt(point) ?? now]);
  const last = changes.filter(Number.isFinite).reduce((latest, time) => Math.max(latest, time), now);
  const { count = 0, interval = 0, at } = profile ?? {};
  const years = at === undefined ? 0 : interval < 30 * day ? 1 : 4;
  return Math.max(last, now + (count + 2) * interval) + 2 * Math.max(interval, day) + years * 366 * day;
}

function makePoint({ name, count, interval }: Profile, run: number): Link {
  const point = { profile: name, count, time: run };
  return { index: -1, order: Infinity, point, good: true, shared: true, interval, ends: run + count * interval };
}

function keeperOf(link: Link, { stay, run }: { stay: number; run: number }, { floor }: Scene): Keeper | undefined {
  if (run < floor.until && floor.links.has(link)) return "floor";
  if (isHeld(link.point) && !(run >= (releasedAt(link.point) ?? Infinity))) return "hold";
  if (flawOf(link, run) !== undefined) return "flaw";
  if (!isOld(link, run)) return "age";
  return stay < link.point.count ? "rank" : undefined;
}

interface Stand {
  readonly standing: readonly Link[];
  readonly recent: readonly Point[];
  readonly profile: Profile | undefined;
}

/** The next run that may find something new; Infinity: none does. */
function nextRun(run: number, { standing, recent, profile }: Stand, scene: Scene): number {
  const { rhythm, floor } = scene;
  let next = profile ? nextMade(profile, recent, run, scene) : Infinity;
  const consider = (time: number): void => void (time > run && time < next && (next = time));
  consider(floor.until);
  for (const { ends, point } of standing) {
    if (ends !== undefined) consider(rhythm.after(ends));
    consider(rhythm.from(releasedAt(point) ?? -Infinity));
  }
  return next;
}

/** The run, of those after `now`, that makes the next point of this profile. */
function nextMade(
  profile: Profile,
  recent: readonly Point[],
  now: number,
  { rhythm, timezone = "UTC" }: Policy,
): number {
  return Math.max(rhythm.from(dueProfile(profile, recent, { now, timezone }).next), rhythm.after(now));
}

/** Of the good points of one profile the newest, and those of a wrong clock, which count once their time has come. */
function recentOf(mine: readonly Link[], now: number): readonly Point[] {
  const good = mine.map(({ point }) => point).filter(isGood);
  const past = good.filter((point) => !isAhead(point, now));
  const newest = past.reduce((latest, { time }) => Math.max(latest, time), -Infinity);
  return good.filter(({ time }) => time >= newest);
}

/** undefined: it is not held, or without end. */
function releasedAt(point: Point): number | undefined {
  return isHeld(point) ? point.heldUntil : undefined;
}

/** A hold without end, or an interval that nobody knows. */
export function nameEndless({ point, ...link }: Link, now: number): string | undefined {
  const hold = nameHold(point);
  if (hold !== undefined && releasedAt(point) === undefined) return hold;
  return link.ends === undefined ? flawOf({ point, ...link }, now) : undefined;
}

function describeKeeper({ point, interval = 0 }: Link, keeper: Keeper | undefined): string {
  switch (keeper) {
    case undefined:
      return "old enough, and enough newer ones stay";
    case "hold":
      return "until its hold is over";
    case "floor":
      return "until the next backup has another base";
    case "rank":
      return `until ${point.count} newer ${point.profile} stay`;
    case "age":
    case "flaw":
      return `until it is older than ${formatDuration(point.count * interval)}`;
  }
}

function describeEver({ point }: Link, { keeper, newer }: Kept, profile: Profile | undefined): string {
  if (keeper === "floor") return "the newest one stays, and no more are made";
  const more = profile ? `${profile.count} are kept from now on` : "no more are made";
  return `only when ${point.count} newer ${point.profile} stay; ${newer} do, and ${more}`;
}
