import { openProxmoxCluster, type ProxmoxAccess } from "@backurne/cluster-proxmox";
import { startGuard } from "@backurne/exec";
import type { ProxmoxCluster } from "@backurne/model";
import { compress, expand } from "@backurne/ssh";
import { digestOf, type Opened, type Tools } from "./tools.ts";
import { openStoragePools } from "./storage-pools.ts";

export function openProxmox(settings: ProxmoxCluster, { settings: all, executor, env }: Tools): Opened {
  const pools = openStoragePools(executor);
  const access: ProxmoxAccess = {
    reach: pools.reach,
    digest: digestOf(all),
    guard: (command, payload) => startGuard(command, payload, { env }),
    ...(settings.compression && { compress, expand }),
  };
  const cluster = openProxmoxCluster(settings, access);
  return {
    reached: { settings, cluster },
    sites: () =>
      pools.reached().map((pool) => ({
        ...pool,
        side: "live",
        cluster: settings.name,
        compressed: settings.compression,
        connections: settings.liveWorker,
      })),
    async close() {
      await cluster.close();
      await pools.close();
    },
  };
}
