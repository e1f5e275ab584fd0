import type { Disk, LiveCluster } from "@backurne/model";

/** What the server is asked, once for each disk. */
export function questionFor(disk: Disk, cluster: LiveCluster) {
  const { name, kind: type } = cluster;
  return {
    cluster: { type, name, fqdn: hostOf(cluster) },
    // The guest's own name; ours for it differs where two guests share one.
    vm: disk.vm && { vmid: disk.vm.vmid, name: disk.comment, tags: disk.vm.tags },
    disk: { ceph: disk.storage ?? disk.pool, rbd: disk.image, adapter: disk.disk },
  };
}

function hostOf(cluster: LiveCluster): string {
  if (cluster.kind === "proxmox") return cluster.api.hosts[0] ?? "";
  return "ssh" in cluster.reach ? cluster.reach.ssh.host : "";
}
