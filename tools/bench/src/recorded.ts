import {
  formatImageName,
  formatSnapshotName,
  NO_COMMENT,
  type Disk,
  type PlainCluster,
  type SourceIdentity,
} from "@backurne/model";
import type { ChainFacts, ClusterFacts, DiskFacts, PlanInput, SnapshotFacts } from "@backurne/planner";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const GiB = 1024 ** 3;

/** Of every image. */
export const SIZE = 32 * GiB;

/** 36 hourly, 30 daily, 14 weekly: eighty points of a chain. */
export const PROFILES = [
  { name: "hourly", interval: HOUR, count: 36 },
  { name: "daily", interval: DAY, count: 30 },
  { name: "weekly", interval: 7 * DAY, count: 14 },
].map((profile) => ({ ...profile, maxOnLive: 1, priority: "normal" as const, default: true }));

export const SNAPSHOTS = PROFILES.reduce((sum, { count }) => sum + count, 0);

/** Oldest first. A point of a longer profile is some minutes older than that of a shorter one. */
const AGES = PROFILES.flatMap(({ name, interval, count }, rank) =>
  Array.from({ length: count }, (_, index) => ({ profile: name, count, age: index * interval + rank * 600_000 })),
).toSorted((a, b) => b.age - a.age);

/** A whole run, and nothing asked of it. */
export const WHOLE_RUN = {
  filter: { cleanLive: true, cleanBackup: true },
  policy: { extraRetention: 30 * DAY, timezone: "Europe/Paris" },
} as const satisfies Partial<PlanInput>;

/** What gathering would find in a pool of that many images that has been backed up for months; everything is due. */
export function recordFacts(images: number, now: number): PlanInput {
  const numbers = Array.from({ length: images }, (_, index) => index);
  return {
    clusters: [
      { cluster: CLUSTER, fsids: ["live"], disks: numbers.map((index) => diskFacts(index, now)) },
    ] satisfies ClusterFacts[],
    pool: { chains: numbers.map((index) => chainFacts(index, now)), intended: () => false },
    now,
    ...WHOLE_RUN,
  };
}

const CLUSTER: PlainCluster = {
  kind: "plain",
  name: "alpha",
  identPrefix: "",
  profiles: PROFILES,
  rules: [],
  liveWorker: 12,
  compression: false,
  fsfreeze: false,
  hooks: { timeout: 600_000 },
  address: { pool: "rbd", namespace: "" },
  reach: { ssh: { host: "live" } },
};

function diskOf(index: number): Disk {
  const image = `vm-${index}-disk-0`;
  const key = { ident: CLUSTER.name, disk: image };
  const place = { cluster: CLUSTER.name, pool: "rbd", namespace: "" };
  return { ...place, guest: image, disk: image, image, key, comment: NO_COMMENT };
}

function sourceOf(index: number): SourceIdentity {
  return { fsid: "live", pool: "rbd", namespace: "", image: `vm-${index}-disk-0`, id: `id${index}` };
}

function diskFacts(index: number, now: number): DiskFacts {
  return { disk: diskOf(index), source: sourceOf(index), size: SIZE, snapshots: recordPoints(index, now).slice(-1) };
}

function chainFacts(index: number, now: number): ChainFacts {
  return recordChain(diskOf(index), sourceOf(index), recordPoints(index, now));
}

/** The backups of one disk; the newest of these points stands on its source, too. */
export function recordChain(
  { key, comment }: Pick<Disk, "key" | "comment">,
  source: SourceIdentity,
  snapshots: readonly SnapshotFacts[],
): ChainFacts {
  const { name, id } = snapshots.at(-1) as SnapshotFacts;
  return {
    image: formatImageName({ ...key, comment }),
    imageId: `copy of ${source.id}`,
    kind: "current",
    key,
    comment,
    size: SIZE,
    snapshots,
    marks: { source, base: { name, id, shared: [{ name, id }] } },
    lastBytes: GiB,
  };
}

/** Oldest first; the newest is a bit more than an hour old. The same times for all but some milliseconds. */
export function recordPoints(index: number, now: number): readonly SnapshotFacts[] {
  const newest = now - HOUR - 60_000 - (index % 1000);
  return AGES.map(({ profile, count, age }, id) => {
    const ours = { prefix: "backup", profile, count, time: newest - age, legacy: false };
    // Through JSON, as listings come: a string built here is a tree of its parts, several times as large.
    const name = JSON.parse(JSON.stringify(formatSnapshotName(ours))) as string;
    return { id, name, size: SIZE, ours };
  });
}
