import type { Blind, ReachedPool } from "@backurne/cluster";
import { describeError, type Disk, type ProxmoxCluster } from "@backurne/model";
import type { ImageWithSnapshots } from "@backurne/rbd";
import type { ProxmoxAccess } from "./access.ts";
import { addressOf, reachOf, type Storage } from "./storages.ts";

/** What one pool holds. */
export interface ListedPool extends Pick<Disk, "pool" | "namespace"> {
  readonly fsid: string;
  readonly images: ReadonlyMap<string, ImageWithSnapshots>;
}

export interface ListedPools {
  /** Every Ceph cluster that answered, once. */
  readonly fsids: readonly string[];
  /** Storages that could not be listed. */
  readonly blind: readonly Blind[];
  /** Those that could be listed, each once. */
  readonly all: readonly ListedPool[];
  /** undefined: its pool could not be listed. */
  of(disk: Disk): ListedPool | undefined;
}

interface Group extends Pick<Disk, "pool" | "namespace"> {
  readonly reached: ReachedPool;
  readonly storages: Set<string>;
  listed?: ListedPool;
  error?: unknown;
}

export interface Place {
  /** Disks that guests remember as unused. Their pools are looked at, too; what does not answer is nobody's blind spot. */
  readonly detached?: readonly Disk[] | undefined;
  readonly settings: ProxmoxCluster;
  readonly access: Pick<ProxmoxAccess, "reach">;
  readonly storages: ReadonlyMap<string, Storage>;
}

/**
 * One listing for each pool that some disk is in, however many storages of the cluster lead to it; of Ceph clusters that no
 * disk is in any more only who they are: what was there is gone, as Proxmox says. Throws when no pool answers.
 */
export async function listPools(
  disks: readonly Disk[],
  { settings, access, storages, detached = [] }: Place,
): Promise<ListedPools> {
  const groups = new Map<string, Group>();
  const groupOf = (disk: Disk): Group => {
    const id = poolId(disk, settings);
    const group = groups.get(id) ?? newGroup(disk, reachPool(disk, settings, access));
    groups.set(id, group);
    return group;
  };
  for (const disk of disks) groupOf(disk).storages.add(disk.storage ?? "");
  const wanted = groups.size;
  for (const disk of detached) groupOf(disk);
  const all = [...groups.values()];
  const [unused] = await Promise.all([askUnused(disks, { settings, access, storages }), ...all.map(fill)]);
  const failed = all.slice(0, wanted).filter(({ listed }) => !listed);
  if (failed.length > 0 && failed.length === wanted) throw failed[0]?.error;
  return {
    fsids: [...new Set([...all.flatMap(({ listed }) => listed?.fsid ?? []), ...unused])],
    blind: failed.flatMap(({ storages: unseen, error }) =>
      [...unseen].map((storage) => ({ about: `storage ${storage}`, because: describeError(error) })),
    ),
    all: all.flatMap(({ listed }) => listed ?? []),
    of: (disk) => groups.get(poolId(disk, settings))?.listed,
  };
}

/**
 * One that does not answer stays unknown, as it was: nobody wants anything of it now. Of a cluster without any disk nothing is
 * concluded: the user may have lost the right to see its guests.
 */
async function askUnused(disks: readonly Disk[], { settings, access, storages }: Place): Promise<readonly string[]> {
  if (disks.length === 0) return [];
  const known = new Set(disks.map(({ storage = "" }) => wayTo(storage, settings)));
  const ways = new Map<string, ReachedPool>();
  for (const storage of storages.values()) {
    const way = wayTo(storage.name, settings);
    if (storage.type !== "rbd" || storage.disabled || known.has(way)) continue;
    const reach = reachOf(storage.name, settings);
    ways.set(way, access.reach(reach, addressOf(storage, reach)));
  }
  const asked = await Promise.allSettled([...ways.values()].map(({ objects }) => objects.fsid()));
  return asked.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
}

function newGroup({ pool, namespace }: Disk, reached: ReachedPool): Group {
  return { pool, namespace, reached, storages: new Set() };
}

async function fill(group: Group): Promise<void> {
  const { reached, pool, namespace } = group;
  try {
    const [images, fsid] = await Promise.all([reached.pool.inventory(), reached.objects.fsid()]);
    group.listed = { fsid, pool, namespace, images: new Map(images.map((image) => [image.image, image])) };
  } catch (error) {
    group.error = error;
  }
}

export function reachPool(disk: Disk, settings: ProxmoxCluster, access: Pick<ProxmoxAccess, "reach">): ReachedPool {
  const reach = reachOf(disk.storage ?? "", settings);
  return access.reach(reach, addressOf(disk, reach));
}

function poolId({ storage = "", pool, namespace }: Disk, settings: ProxmoxCluster): string {
  return JSON.stringify([wayTo(storage, settings), pool, namespace]);
}

function wayTo(storage: string, settings: ProxmoxCluster): string {
  const { ssh, cephConf, cephId } = reachOf(storage, settings);
  const { host, user, port, identityFile, configFile } = ssh;
  return JSON.stringify([host, user, port, identityFile, configFile, cephConf, cephId]);
}
