import type { ProxmoxCluster, StorageReach } from "@backurne/model";
import type { ClusterConfig, Config } from "../schema/config.ts";
import { resolveClient, resolveSsh } from "./reach.ts";

export type ReachSettings = Pick<ProxmoxCluster, "storages" | "defaultReach">;

type Endpoints = NonNullable<Config["ceph_endpoint"]>;
type Cluster = Pick<Extract<ClusterConfig, { type: "proxmox" }>, "name" | "ssh" | "ceph_conf" | "ceph_id">;

/** Storages named for this cluster, then those named for all; what they do not say is as the cluster says. */
export function resolveStorages(endpoints: Endpoints = {}, cluster: Cluster): ReachSettings {
  const defaultReach = { ssh: resolveSsh(cluster.ssh), ...resolveClient(cluster) };
  const storages = Object.entries({ ...endpoints.default, ...endpoints[cluster.name] }).map(
    ([storage, endpoint]): [string, StorageReach] => {
      const { fqdn = storage, ssh, ...client } = typeof endpoint === "string" ? { fqdn: endpoint } : endpoint;
      return [
        storage,
        { ...defaultReach, ...resolveClient(client), ssh: { ...defaultReach.ssh, ...resolveSsh(ssh), host: fqdn } },
      ];
    },
  );
  return { storages: Object.fromEntries(storages), defaultReach };
}
