import type { PoolAddress, SshSettings, StorageReach } from "@backurne/model";
import type { ClusterConfig, Config } from "../schema/config.ts";

export function resolveAddress(address: Config["backup_cluster"]): PoolAddress {
  const { pool, namespace = "" } = address;
  return { pool, namespace, ...resolveClient(address) };
}

type Client = Pick<Config["backup_cluster"], "ceph_conf" | "ceph_id">;

export function resolveClient({ ceph_conf, ceph_id }: Client): Pick<StorageReach, "cephConf" | "cephId"> {
  return {
    ...(ceph_conf === undefined ? {} : { cephConf: ceph_conf }),
    ...(ceph_id === undefined ? {} : { cephId: ceph_id }),
  };
}

export function resolveSsh(ssh: ClusterConfig["ssh"] = {}): Omit<SshSettings, "host"> {
  return {
    ...(ssh.user === undefined ? {} : { user: ssh.user }),
    ...(ssh.port === undefined ? {} : { port: ssh.port }),
    ...(ssh.identity_file === undefined ? {} : { identityFile: ssh.identity_file }),
    ...(ssh.config_file === undefined ? {} : { configFile: ssh.config_file }),
  };
}
