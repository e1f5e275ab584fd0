import {
  formatImageName,
  formatSnapshotName,
  parseSnapshotName,
  type ImageKey,
  type LiveCluster,
  type PlainCluster,
  type ProfileSettings,
} from "@backurne/model";
import { standardIntervals } from "@backurne/retention";
import type { ChainFacts, DiskFacts, SnapshotFacts } from "../src/index.ts";

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
export const GiB = 1024 ** 3;
export const start = Date.parse("2026-11-02T01:00:00Z");

/** A snapshot, and what only the test knows of it: which bytes it holds, and who made it. */
export interface Snap extends SnapshotFacts {
  readonly content: number;
  readonly by: "us" | "others";
}

export interface LiveImage extends DiskFacts {
  readonly snapshots: readonly Snap[];
}

export interface Copy extends ChainFacts {
  readonly snapshots: readonly Snap[];
}

export interface Live {
  readonly cluster: LiveCluster;
  readonly fsid: string;
  readonly images: readonly LiveImage[];
  readonly down: boolean;
}

/** Both sides as they really are. Nothing in here is ever changed in place. */
export interface World {
  readonly live: readonly Live[];
  readonly pool: readonly Copy[];
  /** What runs that never ended well had recorded: key and snapshot. */
  readonly intents: readonly string[];
  /** Ids count up, and nothing gets the id of another thing. */
  readonly last: number;
}

export function profile(name: string, count: number, more: Partial<ProfileSettings> = {}): ProfileSettings {
  const interval = standardIntervals[name] ?? hour;
  return { name, count, interval, maxOnLive: 0, priority: "normal", default: true, ...more };
}

export function plain(name: string, profiles: readonly ProfileSettings[], more: Partial<PlainCluster> = {}): Live {
  const reach = { ssh: { host: name } };
  const address = { pool: "rbd", namespace: "" };
  const base = {
    kind: "plain",
    name,
    identPrefix: "",
    profiles,
    rules: [],
    liveWorker: 12,
    compression: false,
    fsfreeze: false,
    hooks: { timeout: 600_000 },
  } as const;
  return { cluster: { ...base, address, reach, ...more }, fsid: `fsid-${name}`, images: [], down: false };
}

/** A world with these images on one cluster, and nothing backed up yet. */
export function worldOf(live: Live, ...images: readonly string[]): World {
  return images.reduce((world, image) => addImage(world, live.cluster.name, image), {
    live: [live],
    pool: [],
    intents: [],
    last: 0,
  } as World);
}

export function addImage(world: World, cluster: string, image: string): World {
  const id = world.last + 1;
  return changeLive({ ...world, last: id }, cluster, (live) => {
    const key = { ident: live.cluster.identPrefix + cluster, disk: image };
    const disk = { cluster, guest: image, disk: image, pool: "rbd", namespace: "", image, key, comment: "None" };
    const source = { fsid: live.fsid, pool: "rbd", namespace: "", image, id: `id${id}` };
    return { ...live, images: [...live.images, { disk, source, size: 10 * GiB, snapshots: [] }] };
  });
}

export function removeImage(world: World, cluster: string, image: string): World {
  return changeLive(world, cluster, (live) => ({
    ...live,
    images: live.images.filter(({ disk }) => disk.image !== image),
  }));
}

export function changeLive(world: World, cluster: string, change: (live: Live) => Live): World {
  return { ...world, live: world.live.map((one) => (one.cluster.name === cluster ? change(one) : one)) };
}

export function changeImage(world: World, key: ImageKey, change: (image: LiveImage) => LiveImage): World {
  const live = world.live.map((one) => ({
    ...one,
    images: one.images.map((image) => (sameKey(image.disk.key, key) ? change(image) : image)),
  }));
  return { ...world, live };
}

export function changeCopy(world: World, image: string, change: (copy: Copy) => Copy): World {
  return { ...world, pool: world.pool.map((copy) => (copy.image === image ? change(copy) : copy)) };
}

export function sameKey(a: ImageKey, b: ImageKey): boolean {
  return a.ident === b.ident && a.disk === b.disk;
}

export function imageOf(world: World, key: ImageKey): LiveImage | undefined {
  return world.live.flatMap((one) => one.images).find((image) => sameKey(image.disk.key, key));
}

export function copyOf(world: World, key: ImageKey): Copy | undefined {
  return world.pool.find((copy) => copy.kind === "current" && sameKey(copy.key, key));
}

export const names = { prefix: "backup", legacyTimezone: "Europe/Paris" };

/** A snapshot under this name, read as the facts are read. */
export function snap(id: number, name: string, more: Partial<Snap> = {}): Snap {
  return { id, name, size: 10 * GiB, ours: parseSnapshotName(name, names), content: id, by: "us", ...more };
}

export function nameAt(profileName: string, count: number, time: number): string {
  return formatSnapshotName({ prefix: names.prefix, profile: profileName, count, time });
}

/** As the old tool left it: names on both sides, and not a single mark. */
export function oldTool(world: World, cluster: string, image: string, stamps: readonly string[]): World {
  const key = { ident: cluster, disk: image };
  const from = world.last + 1;
  const snapshots = stamps.map((name, index) => snap(from + index, name));
  const newest = snapshots.at(-1) as Snap;
  const copy: Copy = {
    image: formatImageName({ ...key, comment: "None" }),
    imageId: `copy${from}`,
    kind: "current",
    key,
    comment: "None",
    size: 10 * GiB,
    snapshots,
    marks: {},
  };
  const grown = { ...world, last: from + stamps.length, pool: [...world.pool, copy] };
  return changeImage(grown, key, (one) => ({ ...one, snapshots: [...one.snapshots, newest] }));
}
