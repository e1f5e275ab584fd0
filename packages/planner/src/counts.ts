import type { CountMark, Marks, ProfileCounts } from "@backurne/model";
import type { ChainInput } from "./chain.ts";
import type { ChainFacts, SnapshotFacts } from "./facts.ts";
import { judgeDisk, pointOf } from "./judge.ts";

type Counts = Readonly<Record<string, CountMark>>;

/** What the configured counts would change about the points of one chain. */
export interface Recount {
  readonly profiles: readonly ProfileCounts[];
  /** The mark as it would be; undefined: none is needed, the names say it all. */
  readonly counts: Counts | undefined;
  readonly changes: boolean;
}

/**
 * The configured counts, for all points that stand now. Profiles that do not apply to the image any more are left alone,
 * whatever is marked of them. Where all names say what the configuration says, no mark is needed.
 */
export function recount(input: ChainInput & { readonly chain: ChainFacts }): Recount {
  const { chain, profiles, now } = input;
  const ours = chain.snapshots.filter((snapshot) => snapshot.ours);
  const groups = [...Map.groupBy(ours, (snapshot) => snapshot.ours?.profile ?? "")];
  const wanted = new Map(profiles.map(({ name, count }) => [name, count]));
  const counts = new Map(Object.entries(chain.marks.counts ?? {}));
  let changes = false;
  for (const [profile, points] of groups) {
    const count = wanted.get(profile);
    if (count === undefined || governing(points, chain.marks).every((one) => one === count)) continue;
    changes = true;
    if (points.every(({ ours: name }) => name?.count === count)) counts.delete(profile);
    else {
      const upTo = Math.max(...points.map(({ id }) => id));
      counts.set(profile, { count, upTo, at: new Date(now).toISOString() });
    }
  }
  const after = counts.size > 0 ? Object.fromEntries(counts) : undefined;
  const more = changes ? expiring(input, { ...chain.marks, counts: after }) : new Map<string, number>();
  return {
    changes,
    counts: after,
    profiles: groups.map(([profile, points]) => {
      const count = wanted.get(profile);
      const today = [...new Set(governing(points, chain.marks))].sort((a, b) => a - b);
      const rest = count === undefined ? { because: "does not apply to this image any more" } : { after: count };
      return { profile, points: points.length, now: today, ...rest, expires: more.get(profile) ?? 0 };
    }),
  };
}

function governing(points: readonly SnapshotFacts[], marks: Marks): readonly number[] {
  return points.flatMap((point) => pointOf(point, marks)?.count ?? []);
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
