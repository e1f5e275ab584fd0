import type { LiveCluster } from "@backurne/model";
import { openPlain } from "./plain.ts";
import type { Opened, Tools } from "./tools.ts";

/** One row per kind of cluster. */
export async function openCluster(cluster: LiveCluster, tools: Tools): Promise<Opened> {
  switch (cluster.kind) {
    case "plain":
      return openPlain(cluster, tools);
    case "proxmox": {
      // Its client takes long to load: only who has such a cluster waits for it.
      const { openProxmox } = await import("./proxmox.ts");
      return openProxmox(cluster, tools);
    }
  }
}
