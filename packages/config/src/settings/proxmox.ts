import type { ProxmoxApi, ProxmoxCluster } from "@backurne/model";
import type { ClusterConfig, Config } from "../schema/config.ts";
import { resolveStorages } from "./storages.ts";
import type { ReachSettings } from "./storages.ts";

type Proxmox = Extract<ClusterConfig, { type: "proxmox" }>;

export function resolveProxmox(
  config: Config,
  cluster: Proxmox,
): Pick<ProxmoxCluster, "api" | "useSmbios" | "uuidFallback"> & ReachSettings {
  const { fqdn, port, tls, use_smbios: useSmbios, uuid_fallback: uuidFallback = config.uuid_fallback } = cluster;
  return {
    api: { hosts: [fqdn].flat(), port, login: resolveLogin(cluster), tls: resolveTls(tls) },
    useSmbios,
    uuidFallback,
    ...resolveStorages(config.ceph_endpoint, cluster),
  };
}

/** The checks have made sure that one of the two is whole. */
function resolveLogin({ user = "", password = "", token_id, token_secret = "" }: Proxmox): ProxmoxApi["login"] {
  return token_id === undefined ? { user, password } : { tokenId: token_id, tokenSecret: token_secret };
}

function resolveTls(tls: Proxmox["tls"]): ProxmoxApi["tls"] {
  if (typeof tls === "boolean") return tls ? "system" : "unchecked";
  return "ca_file" in tls ? { caFile: tls.ca_file } : tls;
}
