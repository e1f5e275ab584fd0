import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { takeInventory } from "../src/inventory.ts";
import { ceph } from "./ceph.ts";
import { settings } from "./guests.ts";
import { connect } from "./proxmox.ts";
import type { Reply } from "./server.ts";

/** What Proxmox answers, as `recorded/README.md` tells. */
function recorded(name: string): { data: unknown } {
  return JSON.parse(readFileSync(new URL(`recorded/${name}.json`, import.meta.url), "utf8")) as { data: unknown };
}

const REPLIES: Readonly<Record<string, Reply>> = {
  "/cluster/resources?type=vm": recorded("cluster-resources"),
  "/storage": recorded("storage"),
  "/nodes/pve1/qemu/100/config?current=1": recorded("qemu-config"),
  "/nodes/pve2/lxc/101/config?current=1": recorded("lxc-config"),
  "/nodes/pve1/qemu/102/config?current=1": disk(102, "ceph-old:vm-102-disk-0"),
  "/nodes/pve2/qemu/103/config?current=1": disk(103, "ceph-default:vm-103-disk-0"),
  "/nodes/pve3/qemu/104/config?current=1": { status: 595, message: "No route to host" },
  "/nodes/pve1/qemu/9000/config?current=1": disk(9000, "ceph:base-9000-disk-0"),
};

function disk(vmid: number, scsi0: string): Reply {
  return { data: { scsi0, smbios1: `uuid=0c1d2e3f-0000-4000-8000-${String(vmid).padStart(12, "0")}`, agent: "1" } };
}

it("reads what Proxmox really answers", async () => {
  const vms = [0, 1, 3, 4].map((at) => `vm-100-disk-${at}`);
  const { access, listings } = ceph({
    "ceph:vms": { fsid: "a", images: [...vms, "vm-101-disk-0", "vm-101-disk-1", "base-9000-disk-0"] },
    "ceph-ec:ec-meta/tenant1": { fsid: "b", images: ["vm-100-disk-0"] },
    "ceph-default:rbd": { fsid: "a", images: ["vm-103-disk-0"] },
  });
  const { client } = await connect(({ path }) => REPLIES[path] ?? { status: 400, message: `nobody asks for ${path}` });
  const { guests, omitted, blind, fsids } = await takeInventory(settings(), { client, access });
  const shown = guests.map(({ name, disks, stillness, config }) => ({
    [name]: [stillness.kind, config?.digest.slice(0, 8), ...disks.map((one) => `${one.disk.disk} ${one.image.image}`)],
  }));
  expect(shown).toEqual([
    {
      web01: [
        "freezable",
        "6c1a1f0b",
        "efidisk0 vm-100-disk-0",
        "scsi0 vm-100-disk-1",
        "scsi17 vm-100-disk-0",
        "tpmstate0 vm-100-disk-3",
        "virtio15 vm-100-disk-4",
      ],
    },
    { proxy: ["unfreezable", "0f9d2a4b", "mp0 vm-101-disk-1", "rootfs vm-101-disk-0"] },
    { asleep: ["unfreezable", "", "scsi0 vm-103-disk-0"] },
    { "debian-12": ["stopped", "", "scsi0 base-9000-disk-0"] },
  ]);
  expect(omitted.map((one) => `${one.disk.guest}/${one.disk.disk} ${one.state}: ${one.because}`)).toEqual([
    "web01/scsi1 switched off: backup=0 stands on scsi1",
    "web01/scsi2 excluded: on storage local-lvm, which is not rbd",
    "web01/scsi3 excluded: /dev/disk/by-id/ata-EXAMPLE_SSD_S1234 of the node itself, which is on no storage",
    "web01/scsi4 excluded: on storage nas, which is not rbd",
    "proxy/mp1 switched off: mp1 has no backup=1, which mount points need",
    "proxy/mp3 switched off: backup=0 stands on mp3",
    "old-mail/scsi0 excluded: on storage ceph-old, which is disabled",
  ]);
  expect(blind).toEqual([
    { about: "vm104 (104)", vmid: 104, because: expect.stringContaining("595 No route to host") },
  ]);
  expect(fsids).toEqual(["a", "b"]);
  expect(listings).toEqual(["ceph:vms", "ceph-ec:ec-meta/tenant1", "ceph-default:rbd"]);
  expect(guests[0]?.disks[0]?.disk.key).toEqual({ ident: "8eb4f698-afdc-45bb-9f6c-1833c42ae368", disk: "efidisk0" });
  expect(guests[0]?.disks[0]?.disk.vm?.tags).toEqual(["db", "prod"]);
  expect(guests[0]?.config?.config).not.toHaveProperty("cipassword");
  expect(guests[1]?.disks[0]?.disk.key).toEqual({ ident: "ceph", disk: "vm-101-disk-1" });
});
