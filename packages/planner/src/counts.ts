import type { CountMark, Marks, ProfileCounts, ProfileSettings } from "@backurne/model";
import type { Point } from "@backurne/retention";
import type { ChainInput } from "./chain.ts";
import type { ChainFacts, SnapshotFacts } from "./facts.ts";
import { judgeDisk, pointOf } from "./judge.ts";

type Counts = Readonly<Record<string, CountMark>>;

/** What the configured counts, and intervals, would change about the points of one chain. */
export interface Recount {
  readonly profiles: readonly ProfileCounts[];
  /** The mark as it would be; undefined: none is needed, the names say it all. */
  readonly counts: Counts | undefined;
  readonly changes: boolean;
}

/**
 * The configured counts and intervals, for all points that stand now. Profiles that do not apply to the image any more are
 * left alone, whatever is marked of them. Where all were made under what the configuration says, no mark is needed.
 */
export function recount(input: ChainInput & { readonly chain: ChainFacts }): Recount {
  const { chain, profiles, now } = input;
  const ours = chain.snapshots.filter((snapshot) => snapshot.ours);
  const groups = [...Map.groupBy(ours, (snapshot) => snapshot.ours?.profile ?? "")];
  const wanted = new Map(profiles.map((profile) => [profile.name, profile]));
  const counts = new Map(Object.entries(chain.marks.counts ?? {}));
  let changes = false;
  for (const [profile, points] of groups) {
    const want = wanted.get(profile);
    if (want === undefined || sameAs(want, points, chain.marks)) continue;
    changes = true;
    // As they were made, whatever was said since.
    const made = { ...chain.marks, counts: undefined };
    if (sameAs(want, points, made)) counts.delete(profile);
    else counts.set(profile, markOf(want, { points, made, now }));
  }
  const after = counts.size > 0 ? Object.fromEntries(counts) : undefined;
  const more = changes ? expiring(input, { ...chain.marks, counts: after }) : new Map<string, number>();
  return {
    changes,
    counts: after,
    profiles: groups.map(([profile, points]) => {
      const today = governing(points, chain.marks);
      const of = { profile, points: points.length, now: ascending(today.map(({ count }) => count)) };
      return { ...of, ...afterwards(wanted.get(profile), today), expires: more.get(profile) ?? 0 };
    }),
  };
}

function afterwards(
  want: ProfileSettings | undefined,
  today: readonly Point[],
): Pick<ProfileCounts, "after" | "because" | "intervals"> {
  if (want === undefined) return { because: "does not apply to this image any more" };
  const now = ascending(today.map(({ interval = want.interval }) => interval));
  const same = now.every((interval) => interval === want.interval);
  return { after: want.count, ...(!same && { intervals: { now, after: want.interval } }) };
}

function markOf(
  { count, interval }: ProfileSettings,
  { points, made, now }: { readonly points: readonly SnapshotFacts[]; readonly made: Marks; readonly now: number },
): CountMark {
  const upTo = Math.max(...points.map(({ id }) => id));
  const same = governing(points, made).every((point) => (point.interval ?? interval) === interval);
  return { count, ...(!same && { interval }), upTo, at: new Date(now).toISOString() };
}

function sameAs({ count, interval }: ProfileSettings, points: readonly SnapshotFacts[], marks: Marks): boolean {
  return governing(points, marks).every((one) => one.count === count && (one.interval ?? interval) === interval);
}

function governing(points: readonly SnapshotFacts[], marks: Marks): readonly Point[] {
  return points.flatMap((point) => pointOf(point, marks) ?? []);
}

function ascending(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** By profile: how many points go with these marks that stay without them. */
function expiring(input: ChainInput & { readonly chain: ChainFacts }, marks: Marks): ReadonlyMap<string, number> {
  const before = judgeDisk(input).backup;
  const after = judgeDisk({ ...input, chain: { ...input.chain, marks } }).backup;
  const found = new Map<string, number>();
  for (const [index, { keep, snapshot }] of after.entries()) {
    const profile = snapshot.ours?.profile;
    if (keep || profile === undefined || !before[index]?.keep) continue;
    found.set(profile, (found.get(profile) ?? 0) + 1);
  }
  return found;
}
