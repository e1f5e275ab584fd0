import { digestOf, digestsOf, streamOf, type Cluster, type StreamAccess } from "@backurne/cluster";
import type { Disk, ProxmoxCluster } from "@backurne/model";
import type { ProxmoxAccess } from "./access.ts";
import { findDestination } from "./destination.ts";
import { openClient } from "./api.ts";
import { examineCluster } from "./examine.ts";
import { freezeGuest, stillnessNow, thawLeftover } from "./freeze.ts";
import { openGuestAgent } from "./guest-agent.ts";
import { takeInventory } from "./inventory.ts";
import { reachPool } from "./list-pools.ts";
import { listStorages } from "./storages.ts";
import { TIMES } from "./times.ts";
import { watchFreeze } from "./watch.ts";

export type { ProxmoxAccess } from "./access.ts";
export { TIMES, type Times } from "./times.ts";

/** A cluster with connections to give back. */
export interface OpenedCluster extends Cluster {
  close(): Promise<void>;
}

/** Guests, disks and configurations by Proxmox's API; images by `rbd` where each storage is reached. Contacts nobody yet. */
export function openProxmoxCluster(settings: ProxmoxCluster, access: ProxmoxAccess): OpenedCluster {
  const times = { ...TIMES, ...access.times };
  const client = openClient(settings.api, times);

  const agentOf = (vmid: number, node?: string) => openGuestAgent(client, vmid, { times, node });

  function streams(disk: Disk): StreamAccess {
    const { pool, bulk } = reachPool(disk, settings, access);
    return { pool, bulk, compress: access.compress, digest: access.digest };
  }

  return {
    name: settings.name,
    inventory: (signal) => takeInventory(settings, { client, access }, signal),
    pool: (disk) => reachPool(disk, settings, access).pool,
    stream: (disk, request) => streamOf(streams(disk), disk.image, request),
    async destination(pool, namespace) {
      return findDestination({ pool, namespace }, { storages: await listStorages(client), settings, access });
    },
    digest: (disk, snapshot) => digestOf(streams(disk), disk.image, snapshot),
    digests: (disk, request) => digestsOf(streams(disk), disk.image, request),
    async stillness({ config, stillness }) {
      return config?.kind === "qemu" ? stillnessNow(stillness, agentOf(config.vmid, config.node)) : stillness;
    },
    async freeze({ config, stillness }, signal) {
      if (config?.kind !== "qemu") return { frozen: false, because: "it has no agent" };
      if (stillness.kind === "unfreezable") return { frozen: false, because: stillness.because };
      if (stillness.kind === "stopped") return { frozen: false, because: "it is stopped" };
      const { vmid, node } = config;
      const watch = () => watchFreeze({ api: settings.api, vmid, times }, access);
      return freezeGuest({ agent: agentOf(vmid, node), times, watch }, signal);
    },
    thaw: (vmid) => thawLeftover({ agent: agentOf(vmid), times }),
    examine: (guests) => examineCluster({ settings, client, agentOf }, guests),
    close: () => client.close(),
  };
}
