import type { LiveCluster } from "@backurne/model";
import { parseRate } from "../rate.ts";
import type { ClusterConfig, Config } from "../schema/config.ts";
import { resolveHooks } from "./hooks.ts";
import { resolvePlain } from "./plain.ts";
import { resolveProfiles } from "./profiles.ts";
import { resolveProxmox } from "./proxmox.ts";
import { resolveRules } from "./rules.ts";
import type { Locate } from "./rules.ts";

export function resolveCluster(config: Config, cluster: ClusterConfig, locate: Locate): LiveCluster {
  const { bandwidth = config.bandwidth, fsfreeze = config.fsfreeze, backup_worker: backupWorker } = cluster;
  const common = {
    name: cluster.name,
    identPrefix: cluster.ident_prefix ?? "",
    profiles: resolveProfiles(config.profiles, cluster.profiles),
    rules: resolveRules(cluster, locate),
    liveWorker: cluster.live_worker ?? config.live_worker,
    ...(backupWorker === undefined ? {} : { backupWorker }),
    compression: cluster.download_compression ?? config.download_compression,
    ...(bandwidth === undefined ? {} : { bandwidth: parseRate(bandwidth) }),
    ...(fsfreeze === undefined ? {} : { fsfreeze }),
    hooks: resolveHooks(config.hooks, cluster.hooks),
  };
  return cluster.type === "plain"
    ? { ...common, kind: "plain", ...resolvePlain(cluster) }
    : { ...common, kind: "proxmox", ...resolveProxmox(config, cluster) };
}
