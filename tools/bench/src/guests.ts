import type { ClusterSettings, GuestSettings } from "@backurne/proxmox-simulator";

export const DISKS = 3;
const FIRST = 100;
const NODES = ["pve1", "pve2", "pve3"] as const;
const STORAGE = "ceph";

/** Where the images of all guests are. */
export const POOL = "vms";

/** One disk of one guest, as Proxmox, the live pool and the backup pool know it. */
export interface Attached {
  readonly vmid: number;
  readonly name: string;
  readonly uuid: string;
  readonly adapter: string;
  readonly image: string;
}

/** Three disks of each of that many guests. */
export function attachDisks(guests: number): readonly Attached[] {
  return numbers(guests).flatMap((guest) => {
    const vmid = FIRST + guest;
    const uuid = `7c1f5e20-0000-4000-8000-${String(vmid).padStart(12, "0")}`;
    return numbers(DISKS).map((disk) => {
      return { vmid, name: `guest-${vmid}`, uuid, adapter: `scsi${disk}`, image: `vm-${vmid}-disk-${disk}` };
    });
  });
}

/** The same guests, for the simulator. */
export function describeCluster(guests: number): ClusterSettings {
  const disks = Map.groupBy(attachDisks(guests), ({ vmid }) => vmid);
  return {
    name: "bench",
    nodes: NODES,
    storages: [{ storage: STORAGE, type: "rbd", pool: POOL, content: "images,rootdir", monhost: "10.0.0.1" }],
    guests: [...disks.values()].map(describeGuest),
  };
}

/** With as many lines as configurations have. */
function describeGuest(disks: readonly Attached[]): GuestSettings {
  const { vmid, name, uuid } = disks[0]!;
  const lines = disks.map(({ adapter, image }) => [
    adapter,
    `${STORAGE}:${image},cache=writeback,discard=on,iothread=1,size=32G,ssd=1`,
  ]);
  return {
    vmid,
    kind: "qemu",
    node: NODES[vmid % NODES.length]!,
    config: {
      ...Object.fromEntries(lines),
      name,
      smbios1: `uuid=${uuid}`,
      agent: "1",
      boot: "order=scsi0;net0",
      cores: 4,
      cpu: "x86-64-v2-AES",
      description: "one of many",
      ide2: "none,media=cdrom",
      memory: "8192",
      net0: "virtio=BC:24:11:00:01:00,bridge=vmbr0,tag=12",
      onboot: 1,
      ostype: "l26",
      scsihw: "virtio-scsi-single",
      sockets: 1,
      tags: "linux;web",
    },
  };
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
