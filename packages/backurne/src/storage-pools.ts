import type { ReachedPool } from "@backurne/cluster";
import type { ProxmoxAccess } from "@backurne/cluster-proxmox";
import type { Executor } from "@backurne/exec";
import type { Site } from "@backurne/engine";
import type { PoolAddress, SshSettings } from "@backurne/model";
import { openCeph, openObjects, openPool } from "@backurne/rbd";
import { EXPORT_OPS } from "./tools.ts";
import { reachBySsh, type Place } from "./reach.ts";

/** The pools of a cluster's storages, each opened once. */
export interface StoragePools extends Pick<ProxmoxAccess, "reach"> {
  /** Those that were asked for so far. */
  reached(): readonly Pick<Site, "host" | "address" | "run" | "ceph" | "ssh">[];
  close(): Promise<void>;
}

/** Storages on one host share its connection; those that are one pool, that pool. */
export function openStoragePools(executor: Executor): StoragePools {
  const places = new Map<string, Place>();
  const pools = new Map<string, ReachedPool>();
  const reached: Pick<Site, "host" | "address" | "run" | "ceph" | "ssh">[] = [];

  function placeOf(ssh: SshSettings): Place {
    return openOnce(places, partsOf(ssh), () => reachBySsh(ssh, executor));
  }

  function openReached(ssh: SshSettings, address: PoolAddress): ReachedPool {
    const { run, bulk } = placeOf(ssh);
    const place = `${address.pool} on ${ssh.host}`;
    reached.push({ host: ssh.host, address, run, ceph: openCeph({ address, run }), ssh });
    return {
      pool: openPool({ address, run, place, exportOps: EXPORT_OPS }),
      objects: openObjects({ address, run }),
      bulk,
    };
  }

  return {
    reach({ ssh }, address) {
      const { pool, namespace, cephConf, cephId } = address;
      const id = [...partsOf(ssh), pool, namespace, cephConf, cephId];
      return openOnce(pools, id, () => openReached(ssh, address));
    },
    reached: () => reached,
    async close() {
      await Promise.all([...places.values()].map((place) => place.close()));
    },
  };
}

/** All that tells one destination from another. */
function partsOf({ host, user, port, identityFile, configFile }: SshSettings): readonly unknown[] {
  return [host, user, port, identityFile, configFile];
}

function openOnce<T>(opened: Map<string, T>, id: readonly unknown[], open: () => T): T {
  const key = JSON.stringify(id);
  const known = opened.get(key) ?? open();
  opened.set(key, known);
  return known;
}
