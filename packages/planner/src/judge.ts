import type { Marks, ProfileSettings, SourceState } from "@backurne/model";
import {
  judgeBackup,
  judgeLive,
  lastCopyEnds,
  standardIntervals,
  type BackupPolicy,
  type Point,
  type Profile,
  type Verdict,
} from "@backurne/retention";
import { sharedSnapshots, type Shared } from "./base.ts";
import type { ChainFacts, DiskFacts, PlanPolicy, SnapshotFacts } from "./facts.ts";
import { heldBecause, heldUntil } from "./holds.ts";
import { madeUnder } from "./intervals.ts";

export interface Judged {
  readonly backup: readonly Verdict<SnapshotFacts>[];
  readonly live: readonly Verdict<SnapshotFacts>[];
  /** Epoch ms until which the last copy would stay if the source vanished now. */
  readonly lastCopyEnds: number | undefined;
}

export interface JudgeInput {
  readonly chain: ChainFacts | undefined;
  readonly disk: DiskFacts | undefined;
  readonly state: SourceState;
  readonly profiles: readonly ProfileSettings[];
  readonly policy: PlanPolicy;
  readonly now: number;
  /** Whether a live snapshot was recorded in our pool before it was made. */
  intended(snapshot: string): boolean;
}

/** The verdict on every snapshot of one disk, on both sides. */
export function judgeDisk(input: JudgeInput): Judged {
  const { chain, disk } = input;
  const snapshots = chain?.snapshots ?? [];
  const shared = sharedOf(input);
  const policy = backupPolicy(input, shared);
  const backup = judgeBackup(snapshots, policy);
  return {
    backup,
    live: disk ? judgeLiveSide(disk, input, { shared, staying: stayingOf(disk, chain, backup) }) : [],
    get lastCopyEnds() {
      return lastCopyEnds(snapshots, policy);
    },
  };
}

export function sharedOf({ chain, disk }: Pick<JudgeInput, "chain" | "disk">): readonly Shared[] {
  return disk && chain ? sharedSnapshots(disk, chain) : [];
}

/** What is still shared when the backup side has let go what it lets go: that is no base, and no extra either. */
function stayingOf(
  disk: DiskFacts,
  chain: ChainFacts | undefined,
  backup: readonly Verdict<SnapshotFacts>[],
): readonly Shared[] {
  const staying = backup.filter((verdict) => verdict.keep).map((verdict) => verdict.snapshot);
  return chain ? sharedSnapshots(disk, { ...chain, snapshots: staying }) : [];
}

export function profilesByName(profiles: readonly ProfileSettings[]): ReadonlyMap<string, Profile> {
  return new Map(profiles.map((profile) => [profile.name, profile]));
}

/** The points of a chain, for the question what is due. */
export function pointsOf(snapshots: readonly SnapshotFacts[], marks: Marks): readonly Point[] {
  return snapshots.flatMap((snapshot) => pointOf(snapshot, marks) ?? []);
}

/** One of them; undefined: not ours. */
export function pointOf({ id, ours }: Pick<SnapshotFacts, "id" | "ours">, marks: Marks): Point | undefined {
  if (!ours) return undefined;
  const { profile, count: named, time } = ours;
  const made = madeUnder(marks, { id, profile });
  const said = own(marks.counts, profile);
  const { count, interval = made, at } = said && id <= said.upTo ? said : { count: named };
  const before = interval === made ? undefined : made;
  const changed = at !== undefined && (count !== named || before !== undefined);
  return {
    profile,
    count,
    time,
    good: marks.suspect === undefined,
    ...(interval !== undefined && { interval }),
    ...(changed && { recounted: { named, at: Date.parse(at), ...(before !== undefined && { interval: before }) } }),
  };
}

export function backupPolicy(
  { chain, profiles, policy, state, now }: JudgeInput,
  shared: readonly Shared[],
): BackupPolicy<SnapshotFacts> {
  const marks = chain?.marks ?? {};
  const configured = profilesByName(profiles);
  // The name on the target from which the next transfer starts, not its twins: they may expire alone.
  const bases = new Set(shared.map((one) => one.target));
  return {
    point(snapshot) {
      const point = pointOf(snapshot, marks);
      const held = heldBecause(snapshot.name, marks, { now, timezone: policy.timezone });
      return point && { ...point, held, heldUntil: heldUntil(snapshot.name, marks, now) };
    },
    order: (snapshot) => snapshot.id,
    shared: (snapshot) => bases.has(snapshot.name),
    intervals: (profile) => configured.get(profile)?.interval ?? own(standardIntervals, profile),
    configured,
    state,
    now,
    extraRetention: policy.extraRetention,
    timezone: policy.timezone,
  };
}

/** A profile may be called `constructor`. */
function own<T>(byProfile: Readonly<Record<string, T>> | undefined, profile: string): T | undefined {
  return byProfile && Object.hasOwn(byProfile, profile) ? byProfile[profile] : undefined;
}

interface SharedSides {
  readonly shared: readonly Shared[];
  readonly staying: readonly Shared[];
}

function judgeLiveSide(
  disk: DiskFacts,
  { chain, profiles, state, intended }: JudgeInput,
  { shared, staying }: SharedSides,
): readonly Verdict<SnapshotFacts>[] {
  const extras = idsOf(staying);
  const recorded = new Map(chain?.marks.base?.shared.map((one) => [one.name, one]));
  const stands = (name: string): boolean => chain?.snapshots.some((snapshot) => snapshot.name === name) === true;
  const verdicts = judgeLive(disk.snapshots, {
    profiles(snapshot) {
      if (!snapshot.ours) return undefined;
      const twins = recorded.get(snapshot.name)?.twins ?? [];
      return [snapshot.ours.profile, ...twins.flatMap((twin) => twin.split(";").at(-3) ?? [])];
    },
    order: (snapshot) => snapshot.id,
    shared: (snapshot) => extras.has(snapshot.id),
    known: ({ name }) => recorded.has(name) || stands(name) || intended(name),
    configured: profilesByName(profiles),
    state,
    transferring: false,
  });
  // Only the newest entry of the mark may be of a transfer that never ended: the bytes of all others did arrive.
  const received = new Set([...idsOf(shared), ...(chain?.marks.base?.shared.slice(1) ?? []).map((one) => one.id)]);
  return verdicts.map((verdict) => {
    const { id } = verdict.snapshot;
    if (verdict.keep || extras.has(id) || !received.has(id)) return verdict;
    return { ...verdict, because: "its backup has expired", ordinary: true };
  });
}

function idsOf(shared: readonly Shared[]): ReadonlySet<number> {
  return new Set(shared.map((one) => one.live.id));
}
