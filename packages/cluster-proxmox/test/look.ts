import type { Inventory } from "@backurne/cluster";
import type { ProxmoxCluster } from "@backurne/model";
import { takeInventory } from "../src/inventory.ts";
import { ceph, type SmallPool } from "./ceph.ts";
import { OTHER_UUID, settings, UUID } from "./guests.ts";
import { CEPH, connect, proxmox, type Machine, type SmallCluster } from "./proxmox.ts";
import type { Handler } from "./server.ts";

export const WEB: Machine = {
  vmid: 100,
  name: "web01",
  tags: "gold",
  config: { name: "web01", smbios1: `uuid=${UUID}`, agent: "1", scsi0: "ceph:vm-100-disk-0,size=4M" },
};
export const DB: Machine = {
  vmid: 101,
  name: "db01",
  status: "stopped",
  config: { smbios1: `uuid=${OTHER_UUID}`, virtio0: "ceph:vm-101-disk-0", virtio1: "ssd:vm-101-disk-1" },
};
const SSD = { ...CEPH, storage: "ssd", pool: "fast", namespace: "t1", monhost: "10.0.9.1" };
export const STORAGES = [CEPH, SSD, { storage: "local", type: "dir", path: "/var/lib/vz" }];
export const POOL: SmallPool = { fsid: "a", images: ["vm-100-disk-0", "vm-101-disk-0", "vm-100-disk-9"] };
export const FAST: SmallPool = { fsid: "b", images: ["vm-101-disk-1"] };
export const POOLS = { "ceph:vms": POOL, "ssd:fast/t1": FAST };

export interface Scenery extends Partial<SmallCluster> {
  readonly pools?: Readonly<Record<string, SmallPool | Error>>;
  readonly change?: Partial<ProxmoxCluster>;
  readonly wrap?: (handler: Handler) => Handler;
}

export async function look({
  guests = [WEB, DB],
  storages = STORAGES,
  pools = POOLS,
  change,
  wrap = (one) => one,
}: Scenery) {
  const { client, server } = await connect(wrap(proxmox({ guests, storages })));
  const { access, listings } = ceph(pools);
  return { inventory: await takeInventory(settings(change), { client, access }), server, listings };
}

/** Guest/disk of all that would be backed up. */
export function found({ guests }: Inventory): readonly string[] {
  return guests.flatMap(({ name, disks }) => disks.map(({ disk }) => `${name}/${disk.disk}`));
}
