import type { Blind, ReachedPool } from "@backurne/cluster";
import { describeError, type Disk, type ProxmoxCluster } from "@backurne/model";
import type { ImageWithSnapshots } from "@backurne/rbd";
import type { ProxmoxAccess } from "./access.ts";
import { addressOf, reachOf } from "./storages.ts";

/** What one pool holds. */
interface ListedPool {
  readonly fsid: string;
  readonly images: ReadonlyMap<string, ImageWithSnapshots>;
}

export interface ListedPools {
  /** Every Ceph cluster that answered, once. */
  readonly fsids: readonly string[];
  /** Storages that could not be listed. */
  readonly blind: readonly Blind[];
  /** undefined: its pool could not be listed. */
  of(disk: Disk): ListedPool | undefined;
}

interface Group {
  readonly reached: ReachedPool;
  readonly storages: Set<string>;
  listed?: ListedPool;
  error?: unknown;
}

/** One listing for each pool that some disk is in, however many storages of the cluster lead to it. Throws when none answers. */
export async function listPools(
  disks: readonly Disk[],
  settings: ProxmoxCluster,
  access: Pick<ProxmoxAccess, "reach">,
): Promise<ListedPools> {
  const groups = new Map<string, Group>();
  for (const disk of disks) {
    const id = poolId(disk, settings);
    const group = groups.get(id) ?? { reached: reachPool(disk, settings, access), storages: new Set() };
    group.storages.add(disk.storage ?? "");
    groups.set(id, group);
  }
  const all = [...groups.values()];
  await Promise.all(all.map(fill));
  const failed = all.filter(({ listed }) => !listed);
  if (failed.length > 0 && failed.length === all.length) throw failed[0]?.error;
  return {
    fsids: [...new Set(all.flatMap(({ listed }) => listed?.fsid ?? []))],
    blind: failed.flatMap(({ storages, error }) =>
      [...storages].map((storage) => ({ about: `storage ${storage}`, because: describeError(error) })),
    ),
    of: (disk) => groups.get(poolId(disk, settings))?.listed,
  };
}

async function fill(group: Group): Promise<void> {
  const { pool, objects } = group.reached;
  try {
    const [images, fsid] = await Promise.all([pool.inventory(), objects.fsid()]);
    group.listed = { fsid, images: new Map(images.map((image) => [image.image, image])) };
  } catch (error) {
    group.error = error;
  }
}

export function reachPool(disk: Disk, settings: ProxmoxCluster, access: Pick<ProxmoxAccess, "reach">): ReachedPool {
  const reach = reachOf(disk.storage ?? "", settings);
  return access.reach(reach, addressOf(disk, reach));
}

function poolId(disk: Disk, settings: ProxmoxCluster): string {
  const { ssh, cephConf, cephId } = reachOf(disk.storage ?? "", settings);
  const { host, user, port, identityFile, configFile } = ssh;
  return JSON.stringify([[host, user, port, identityFile, configFile], cephConf, cephId, disk.pool, disk.namespace]);
}
