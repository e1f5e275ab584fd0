import {
  BackurneError,
  describeError,
  formatKey,
  parseImageName,
  parseSnapshotName,
  sourceKey,
  type LiveCluster,
  type ReadNames,
  type Settings,
} from "@backurne/model";
import {
  doubtListing,
  ownerOf,
  type ChainFacts,
  type ClusterFacts,
  type DiskFacts,
  type SnapshotFacts,
} from "@backurne/planner";
import type { FoundDisk, FoundGuest } from "@backurne/cluster";
import type { DatedSnapshot, ImageWithSnapshots, Snapshot } from "@backurne/rbd";
import pLimit from "p-limit";
import { readCatalog, type Catalog, type Entry } from "./catalog.ts";
import type { House, Reached } from "./house.ts";
import { wasOldTools } from "./ownership.ts";

/** Names ahead of Ceph's own clock by more than this are read by that clock, ms. */
const NAME_TOLERANCE = 10 * 60_000;

export interface Facts {
  readonly clusters: readonly ClusterFacts[];
  readonly configured: readonly LiveCluster[];
  readonly chains: readonly ChainFacts[];
  readonly partials: readonly { readonly image: string; readonly uuid: string; readonly becomes: string | undefined }[];
  readonly images: readonly ImageWithSnapshots[];
  readonly catalog: Catalog;
  /** The pool was the old tool's. */
  readonly takenOver: boolean;
  /** By the key of each of its disks. */
  readonly guests: ReadonlyMap<string, FoundGuest>;
}

/** One listing per pool and side, the index, and each cluster's id: all that a plan needs. */
export async function gatherFacts(house: House, only?: string): Promise<Facts> {
  const reached = house.clusters.filter(({ cluster }) => only === undefined || cluster.name === only);
  const [images, listed] = await Promise.all([
    house.backup.inventory(),
    Promise.all(reached.map((one) => listCluster(one, house.settings))),
  ]);
  const clusters = withoutOthers(listed.map(({ facts }) => facts));
  const configured = house.settings.liveClusters;
  const catalog = await readCatalog(house, images);
  const read = pLimit(8); // almost none of them asks the cluster anything
  const chains = await Promise.all(images.map((image) => read(() => chainFacts(image, catalog.get(image), house))));
  const known = chains.filter((chain) => chain !== undefined);
  await refuseOwnPool(clusters, house);
  return {
    clusters: clusters.map((facts) => distrust(facts, { chains: known, clusters, configured, now: house.now() })),
    configured,
    chains: known,
    partials: images.flatMap((image) => {
      const name = parseImageName(image.image);
      return name.kind === "partial"
        ? [{ image: image.image, uuid: name.uuid, becomes: catalog.get(image).marks.base?.becomes }]
        : [];
    }),
    images,
    catalog,
    // Only guests have what the old tool never did.
    takenOver:
      clusters.some(({ cluster }) => cluster.kind === "proxmox") &&
      (await wasOldTools(house.objects, images, namesOf(house.settings))),
    guests: new Map(
      listed.flatMap(({ guests }) =>
        guests.flatMap((guest) => guest.disks.map((one) => [formatKey(one.disk.key), guest])),
      ),
    ),
  };
}

/** Clusters may share a pool: what a guest of another one has is not unowned. */
function withoutOthers(clusters: readonly ClusterFacts[]): readonly ClusterFacts[] {
  const owned = new Set(clusters.flatMap(({ disks = [] }) => disks.map(({ source }) => sourceKey(source))));
  return clusters.map((facts) =>
    facts.unowned ? { ...facts, unowned: facts.unowned.filter(({ source }) => !owned.has(sourceKey(source))) } : facts,
  );
}

async function listCluster(
  { settings: cluster, cluster: adapter }: Reached,
  settings: Settings,
): Promise<{ readonly facts: ClusterFacts; readonly guests: readonly FoundGuest[] }> {
  try {
    const { guests, omitted: left, unowned: stray = [], ...rest } = await adapter.inventory();
    const names = namesOf(settings);
    const omitted = left.map(({ image, ...one }) =>
      image ? { ...one, snapshots: snapshotFacts(image.snapshots, names) } : one,
    );
    const disks = guests.flatMap((guest) => guest.disks.map((disk) => diskFacts(disk, guest, names)));
    const unowned = stray.map(({ image, ...one }) => ({ ...one, snapshots: snapshotFacts(image.snapshots, names) }));
    return { facts: { cluster, disks, omitted, unowned, ...rest }, guests };
  } catch (error) {
    return { facts: { cluster, disks: undefined, failure: describeError(error) }, guests: [] };
  }
}

/** A cluster that lists nothing while backups of it exist has probably not been listed at all; one that lists little may not have been, either. */
function distrust(
  facts: ClusterFacts,
  sight: Pick<Facts, "chains" | "clusters" | "configured"> & { readonly now: number },
): ClusterFacts {
  const doubt = doubtListing(facts, sight);
  if (facts.disks?.length !== 0 || !sight.chains.some((chain) => ownerOf(chain, sight) === facts)) {
    return doubt === undefined ? facts : { ...facts, doubt };
  }
  return { ...facts, disks: undefined, failure: "its pool lists no image at all although backups of it exist" };
}

/**
 * Backing a pool up into itself would never end. Names in two configurations can lie, ids cannot: the backup cluster is
 * asked for its own where a live pool is called like the backup pool.
 */
async function refuseOwnPool(clusters: readonly ClusterFacts[], { settings, objects }: House): Promise<void> {
  const { pool, namespace } = settings.backup;
  const found = clusters.flatMap(({ cluster, disks = [] }) => disks.map(({ source }) => ({ cluster, source })));
  const called = found.filter(({ source }) => source.pool === pool && source.namespace === namespace);
  if (called.length === 0) return;
  const own = await objects.fsid();
  const same = called.find(({ source }) => source.fsid === own);
  if (!same) return;
  throw new BackurneError("configuration", `a pool of ${same.cluster.name} is the backup pool itself`, {
    hint: "name another pool, or another namespace, as backup_cluster",
  });
}

export function namesOf(settings: Settings): ReadNames {
  return { prefix: settings.snapPrefix, legacyTimezone: settings.legacyTimezone };
}

export function snapshotFacts(snapshots: readonly Snapshot[], names: ReadNames): readonly SnapshotFacts[] {
  return snapshots.map(({ id, name, size, protected: kept }) => {
    const facts = { id, name, size, ours: parseSnapshotName(name, names) };
    return kept ? { ...facts, protected: kept } : facts;
  });
}

function diskFacts({ disk, source, image }: FoundDisk, guest: FoundGuest, names: ReadNames): DiskFacts {
  const freezable = guest.stillness.kind === "freezable";
  return { disk, source, size: image.size, snapshots: snapshotFacts(image.snapshots, names), freezable };
}

async function chainFacts(image: ImageWithSnapshots, entry: Entry, house: House): Promise<ChainFacts | undefined> {
  const name = parseImageName(image.image, entry.marks.encoded);
  if (name.kind !== "current" && name.kind !== "closed") return undefined;
  const snapshots = snapshotFacts(image.snapshots, namesOf(house.settings));
  return {
    image: image.image,
    imageId: image.id,
    kind: name.kind,
    key: { ident: name.ident, disk: name.disk },
    comment: name.comment,
    size: image.size,
    snapshots: await correctTimes(image.image, snapshots, house),
    marks: entry.marks,
    lastBytes: entry.bytes,
    moved: entry.moved,
  };
}

/**
 * A clock that was ahead wrote names ahead of time: they are in the future, or out of the order of their ids. Only then
 * is Ceph asked for its own times. A name behind Ceph's time is honest: the snapshot arrived later than it was made.
 */
async function correctTimes(
  image: string,
  snapshots: readonly SnapshotFacts[],
  { backup, now }: Pick<House, "backup" | "now">,
): Promise<readonly SnapshotFacts[]> {
  if (!looksWrong(snapshots, now())) return snapshots;
  const dated = new Map(
    ((await backup.datedSnapshots(image)) ?? []).map((one: DatedSnapshot) => [one.id, one.created]),
  );
  return snapshots.map((snapshot) => {
    const created = dated.get(snapshot.id);
    if (!snapshot.ours || created === undefined || snapshot.ours.time <= created + NAME_TOLERANCE) return snapshot;
    return { ...snapshot, ours: { ...snapshot.ours, time: created } };
  });
}

function looksWrong(snapshots: readonly SnapshotFacts[], now: number): boolean {
  let latest = 0;
  for (const { ours } of snapshots) {
    if (!ours) continue;
    if (ours.time > now + NAME_TOLERANCE || ours.time < latest) return true;
    latest = ours.time;
  }
  return false;
}

/** The snapshots of one backup image as they are now; undefined: no such image. */
export async function readPoints(
  image: string,
  house: Pick<House, "settings" | "backup" | "now">,
): Promise<readonly SnapshotFacts[] | undefined> {
  const snapshots = await house.backup.snapshots(image);
  return snapshots && correctTimes(image, snapshotFacts(snapshots, namesOf(house.settings)), house);
}
