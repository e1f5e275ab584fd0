import type { Blind, FoundDisk, FoundGuest, Inventory, OmittedDisk, UnownedImage } from "@backurne/cluster";
import { sourceKey, type Disk, type ProxmoxCluster, type SourceIdentity } from "@backurne/model";
import type { ImageWithSnapshots } from "@backurne/rbd";
import type { ProxmoxAccess } from "./access.ts";
import { stillnessOf } from "./agent.ts";
import type { Client } from "./api.ts";
import { keepConfig } from "./guest-config.ts";
import { identify } from "./identity.ts";
import { listPools, type ListedPool, type ListedPools } from "./list-pools.ts";
import { placeVolume, uniqueName, type Placed, type Scene } from "./place.ts";
import { blindFor, labelOf, readGuests, type ReadGuest } from "./read-guests.ts";
import { listStorages } from "./storages.ts";
import { describeError } from "@backurne/model";
import { readDetached, readVolumes, type Volume } from "./volumes.ts";

/** Everything a run has to know of the cluster: two requests, one for each guest, and one listing for each pool in use. */
export async function takeInventory(
  settings: ProxmoxCluster,
  { client, access }: { readonly client: Client; readonly access: ProxmoxAccess },
  signal?: AbortSignal,
): Promise<Inventory> {
  const [read, storages] = await Promise.all([readGuests(client, signal), listStorages(client, signal)]);
  const scene: Scene = { settings, storages, names: read.names };
  const placed = placeGuests(read.guests, settings, scene);
  // The configurations were read before the pools: a disk made in between is one we know nothing of yet.
  const wanted = placed.wanted.flatMap((one) => one.disks);
  const detached = placed.detached.map(({ disk }) => disk);
  const pools = await listPools(wanted, { settings, access, storages, detached });
  const found = placed.wanted.map((one) => findGuest(one, pools, scene));
  return {
    fsids: pools.fsids,
    guests: found.map(({ guest }) => guest).filter(({ disks }) => disks.length > 0),
    omitted: placed.omitted.map((one) => withImage(one, pools)),
    blind: [...read.blind, ...placed.blind, ...pools.blind, ...found.flatMap(({ blind }) => blind)],
    unowned: findUnowned([...wanted, ...placed.omitted.map((one) => one.disk)], placed.detached, pools),
  };
}

/** By what every guest names as its disk: of one that could not be read nothing is known, and its cluster has a blind spot. */
function findUnowned(
  owned: readonly Disk[],
  detached: readonly Detached[],
  pools: ListedPools,
): readonly UnownedImage[] {
  // By their ids: two storages may lead to one pool by two hosts, and it is listed twice then.
  const idOf = (disk: Disk): string | undefined => {
    const pool = pools.of(disk);
    const image = pool?.images.get(disk.image);
    return pool && image && sourceKey(sourceOf(pool, image));
  };
  const taken = new Set(owned.map(idOf));
  const remembered = new Map(detached.map(({ disk, label }) => [idOf(disk), label]));
  const unowned = new Map<string, UnownedImage>();
  for (const pool of pools.all) {
    for (const image of pool.images.values()) {
      const source = sourceOf(pool, image);
      const id = sourceKey(source);
      if (!taken.has(id)) unowned.set(id, { source, image, detached: remembered.get(id) });
    }
  }
  return [...unowned.values()];
}

function sourceOf({ fsid, pool, namespace }: ListedPool, { image, id }: ImageWithSnapshots): SourceIdentity {
  return { fsid, pool, namespace, image, id };
}

/** Where it is no other guest's, and for nothing: what was backed up once may have left snapshots there. */
function withImage(one: OmittedDisk, pools: ListedPools): OmittedDisk {
  const image = one.state === "switched off" ? pools.of(one.disk)?.images.get(one.disk.image) : undefined;
  return image ? { ...one, image } : one;
}

interface Wanted {
  readonly guest: ReadGuest;
  readonly disks: readonly Disk[];
}

interface Detached {
  readonly disk: Disk;
  readonly label: string;
}

interface PlacedGuests extends Pick<Inventory, "omitted" | "blind"> {
  readonly wanted: readonly Wanted[];
  readonly detached: readonly Detached[];
}

function placeGuests(guests: readonly ReadGuest[], settings: ProxmoxCluster, scene: Scene): PlacedGuests {
  const identities = identify(guests, settings);
  const wanted: Wanted[] = [];
  const detached: Detached[] = [];
  const omitted: Inventory["omitted"][number][] = [];
  const blind: Blind[] = [...identities.blind];
  for (const guest of guests) {
    const identity = identities.of.get(guest.vmid);
    if (!identity) continue;
    try {
      const place = (volume: Volume): Placed => placeVolume(volume, { guest, identity }, scene);
      detached.push(
        ...readDetached(guest).flatMap((volume) => {
          const placed = place(volume);
          return placed.kind === "wanted" ? { disk: placed.disk, label: `${volume.adapter} of ${labelOf(guest)}` } : [];
        }),
      );
      const placed = readVolumes(guest).map(place);
      wanted.push({ guest, disks: placed.flatMap((one) => (one.kind === "wanted" ? one.disk : [])) });
      omitted.push(...placed.flatMap((one) => (one.kind === "omitted" ? one.omitted : [])));
      blind.push(...placed.flatMap((one) => (one.kind === "blind" ? blindFor(guest, one.because) : [])));
    } catch (error) {
      blind.push(blindFor(guest, describeError(error))); // a line that cannot be read may be a disk
    }
  }
  return { wanted, detached, omitted, blind };
}

function findGuest({ guest, disks }: Wanted, pools: ListedPools, { names }: Scene) {
  const found: FoundDisk[] = [];
  const blind: Blind[] = [];
  for (const disk of disks) {
    const listed = pools.of(disk);
    if (!listed) continue; // the whole storage is blind
    const image = listed.images.get(disk.image);
    const { pool, namespace } = disk;
    if (!image) {
      blind.push(
        blindFor(guest, `image ${disk.image} does not exist in pool ${namespace ? `${pool}/${namespace}` : pool}`),
      );
      continue;
    }
    found.push({ disk, image, source: { fsid: listed.fsid, pool, namespace, image: image.image, id: image.id } });
  }
  const name = uniqueName(guest, names);
  const still: FoundGuest = { name, disks: found, config: keepConfig(guest), stillness: stillnessOf(guest) };
  return { guest: still, blind };
}
