import type { ClusterPorts } from "./ports.ts";

export interface ConfOptions {
  readonly dir: string;
  readonly fsid: string;
  readonly ports: ClusterPorts;
  readonly fast: boolean;
}

/** The ceph.conf of a whole cluster on one loopback address: one monitor, one OSD, no manager. */
export function renderConf({ dir, fsid, ports, fast }: ConfOptions): string {
  return `[global]
fsid = ${fsid}
mon host = [v2:127.0.0.1:${ports.mon},v1:127.0.0.1:${ports.mon + 1}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
keyring = ${dir}/admin.keyring
run dir = ${dir}

# One copy of everything, on one OSD.
osd pool default size = 1
osd pool default min size = 1
osd crush chooseleaf type = 0
osd pool default pg autoscale mode = off

[mon]
mon data = ${dir}/mon
log file = ${dir}/mon.log
admin socket = ${dir}/mon.asok
mon allow pool size one = true
mon allow pool delete = true
# Tests make a pool each.
mon max pg per osd = 10000
mon max pools = 10000
# No manager is coming, one copy is on purpose, and the disk is the developer's own.
mon mgr mkfs grace = 1000000000
mon warn on pool no redundancy = false
mon warn on osd down out interval zero = false
mon data avail warn = 1
mon data avail crit = 0
auth allow insecure global id reclaim = false
${fast ? "paxos propose interval = 0.02\npaxos min wait = 0.01\n" : ""}
[osd]
osd data = ${dir}/osd
log file = ${dir}/osd.log
admin socket = ${dir}/osd.asok
keyring = ${dir}/osd/keyring
ms bind port min = ${ports.osd.first}
ms bind port max = ${ports.osd.last}
osd max pg per osd hard ratio = 100
osd class update on start = false
# A busy laptop is slow without being ill.
osd op complaint time = 600
osd heartbeat grace = 600
osd objectstore = bluestore
bluestore block size = ${60 * 1024 ** 3}
bluestore block create = true
# About 1 GiB of memory a cluster.
osd memory target = 939524096
bluestore cache autotune = false
bluestore cache size = 134217728
`;
}
