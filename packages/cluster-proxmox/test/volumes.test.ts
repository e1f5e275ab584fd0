import { BackurneError } from "@backurne/model";
import { describe, expect, it } from "vitest";
import { plainImage, rbdImage, readVolumes } from "../src/volumes.ts";
import { guest } from "./guests.ts";

describe("the volumes of a VM", () => {
  it.each<[string, string, { storage: string; name: string; off?: string }]>([
    ["scsi0", "ceph:vm-100-disk-0,iothread=1,size=32G", { storage: "ceph", name: "vm-100-disk-0" }],
    ["scsi30", "ceph:vm-100-disk-12", { storage: "ceph", name: "vm-100-disk-12" }],
    ["virtio15", "file=ceph:vm-100-disk-0,size=32G", { storage: "ceph", name: "vm-100-disk-0" }],
    ["sata5", "volume=ceph:vm-100-disk-0", { storage: "ceph", name: "vm-100-disk-0" }],
    ["ide0", "size=32G,ceph:vm-100-disk-0", { storage: "ceph", name: "vm-100-disk-0" }],
    ["scsi1", "ceph:vm-100-disk-0,media=disk", { storage: "ceph", name: "vm-100-disk-0" }],
    ["scsi1", "ceph:base-9000-disk-0/vm-100-disk-1", { storage: "ceph", name: "base-9000-disk-0/vm-100-disk-1" }],
    ["scsi1", "ceph:base-9000-disk-0,size=2G", { storage: "ceph", name: "base-9000-disk-0" }],
    ["efidisk0", "ceph:vm-100-disk-1,efitype=4m,size=528K", { storage: "ceph", name: "vm-100-disk-1" }],
    ["tpmstate0", "ceph:vm-100-disk-2,size=4M,version=v2.0", { storage: "ceph", name: "vm-100-disk-2" }],
    ["scsi2", "local:100/vm-100-disk-0.qcow2,size=8G", { storage: "local", name: "100/vm-100-disk-0.qcow2" }],
    ["scsi2", "my-ceph_2.b:vm-100-disk-0", { storage: "my-ceph_2.b", name: "vm-100-disk-0" }],
    ["scsi2", "ceph:vm-100-cloudinit-data", { storage: "ceph", name: "vm-100-cloudinit-data" }],
    ["scsi3", "ceph:vm-100-disk-0,backup=1", { storage: "ceph", name: "vm-100-disk-0" }],
    [
      "scsi3",
      "ceph:vm-100-disk-0,backup=0,size=1G",
      { storage: "ceph", name: "vm-100-disk-0", off: "backup=0 stands on scsi3" },
    ],
    ["scsi5", "/dev/disk/by-id/ata-DISK_1,size=4T", { storage: "(node)", name: "/dev/disk/by-id/ata-DISK_1" }],
    [
      "ide3",
      "ceph:vm-100-disk-0,backup=no",
      { storage: "ceph", name: "vm-100-disk-0", off: "backup=0 stands on ide3" },
    ],
  ])("%s: %s", (adapter, value, { off, ...place }) => {
    expect(readVolumes(guest({ config: { [adapter]: value } }))).toEqual([{ adapter, ...place, off }]);
  });

  it.each([
    ["ide2", "none,media=cdrom"],
    ["ide2", "none"],
    ["ide2", "cdrom,media=cdrom"],
    ["ide2", "cdrom"],
    ["ide2", "local:iso/debian-12.iso,media=cdrom,size=600M"],
    ["sata1", "file=ceph:vm-100-disk-4,media=cdrom"],
    ["ide2", "ceph:vm-100-cloudinit,media=cdrom,size=4M"],
    ["scsi1", "ceph:vm-100-cloudinit"],
    ["scsi1", "ceph:cloudinit"],
    ["ide0", "local:100/vm-100-cloudinit.qcow2"],
    ["scsi5", "/dev/sr0,media=cdrom"],
    ["unused0", "ceph:vm-100-disk-5"],
    ["vmstate", "ceph:vm-100-state-before"],
    ["scsihw", "virtio-scsi-single"],
    ["bootdisk", "scsi0"],
    ["virtiofs0", "share"],
    ["efidisk1", "ceph:vm-100-disk-1"],
    ["scsi0a", "ceph:vm-100-disk-1"],
    ["xscsi0", "ceph:vm-100-disk-1"],
    ["rootfs", "ceph:vm-100-disk-1"],
    ["mp0", "ceph:vm-100-disk-1,backup=1"],
    ["net0", "virtio=AA:BB:CC:DD:EE:FF,bridge=vmbr0"],
    ["parent", "before"],
    ["meta", "creation-qemu=9.0.2,ctime=1718000000"],
    ["vmgenid", "3e9d1d2c-5a39-4e0b-9a2b-0f5f7a1c9e11"],
    ["lock", "migrate"],
  ])("are not told of by %s: %s", (adapter, value) => {
    expect(readVolumes(guest({ config: { [adapter]: value } }))).toEqual([]);
  });

  it.each<[string, unknown, RegExp]>([
    ["scsi0", "size=32G", /scsi0 names no volume: "size=32G"/],
    ["scsi0", "", /scsi0 names no volume/],
    ["scsi0", "vm-100-disk-0", /scsi0 is on no storage: "vm-100-disk-0"/],
    ["scsi0", "ceph:", /scsi0 is on no storage/],
    ["scsi0", 1, /scsi0 is on no storage: "1"/],
    ["scsi0", { file: "ceph:vm-100-disk-0" }, /scsi0 is on no storage/],
    ["scsi0", null, /scsi0 is on no storage/],
    ["scsi0", ":vm-100-disk-0", /scsi0 is on no storage/],
    ["scsi0", "ceph:a,ceph:b", /file stands in it twice/],
    ["scsi0", "ceph:vm-100-disk-0,size=", /lacks its key or value/],
  ])("cannot be read from %s: %j", (adapter, value, shown) => {
    expect(() => readVolumes(guest({ config: { [adapter]: value } }))).toThrow(BackurneError);
    expect(() => readVolumes(guest({ config: { [adapter]: value } }))).toThrow(shown);
  });

  it("come in the order of their adapters, whatever else the configuration holds", () => {
    const config = {
      scsi10: "ceph:vm-100-disk-3",
      scsi2: "ceph:vm-100-disk-2",
      efidisk0: "ceph:vm-100-disk-0",
      ide2: "ceph:vm-100-cloudinit,media=cdrom",
      virtio1: "ceph:vm-100-disk-4",
      snapshots: { before: { scsi0: "ceph:vm-100-disk-9" } },
      pending: { scsi7: "ceph:vm-100-disk-8" },
      memory: 4096,
    };
    const adapters = readVolumes(guest({ config })).map(({ adapter }) => adapter);
    expect(adapters).toEqual(["efidisk0", "scsi2", "scsi10", "virtio1"]);
  });
});

describe("the volumes of a container", () => {
  const off = (adapter: string): string => `${adapter} has no backup=1, which mount points need`;

  it.each<[string, string, { name: string; off?: string }]>([
    ["rootfs", "ceph:vm-200-disk-0,size=8G", { name: "vm-200-disk-0" }],
    ["rootfs", "volume=ceph:vm-200-disk-0", { name: "vm-200-disk-0" }],
    ["rootfs", "ceph:base-9001-disk-0/vm-200-disk-0", { name: "base-9001-disk-0/vm-200-disk-0" }],
    ["rootfs", "ceph:vm-200-disk-0,backup=0", { name: "vm-200-disk-0" }],
    ["mp0", "ceph:vm-200-disk-1,mp=/srv,backup=1,size=8G", { name: "vm-200-disk-1" }],
    ["mp255", "ceph:vm-200-disk-1,mp=/srv,backup=yes", { name: "vm-200-disk-1" }],
    ["mp0", "ceph:vm-200-disk-1,mp=/srv", { name: "vm-200-disk-1", off: off("mp0") }],
    ["mp1", "ceph:vm-200-disk-1,mp=/srv,backup=0", { name: "vm-200-disk-1", off: "backup=0 stands on mp1" }],
  ])("%s: %s", (adapter, value, { name, off: because }) => {
    const volumes = readVolumes(guest({ kind: "lxc", vmid: 200, config: { [adapter]: value } }));
    expect(volumes).toEqual([{ adapter, storage: "ceph", name, off: because }]);
  });

  it.each([
    ["mp0", "/mnt/share,mp=/srv,backup=1"],
    ["mp1", "/dev/sdb1,mp=/srv,backup=1"],
    ["rootfs", "/var/lib/somewhere"],
    ["unused0", "ceph:vm-200-disk-5"],
    ["scsi0", "ceph:vm-200-disk-5"],
    ["mp", "ceph:vm-200-disk-5,backup=1"],
  ])("are not told of by %s: %s", (adapter, value) => {
    expect(readVolumes(guest({ kind: "lxc", config: { [adapter]: value } }))).toEqual([]);
  });
});

it.each<[string, { image: string; owner: number } | undefined]>([
  ["vm-100-disk-0", { image: "vm-100-disk-0", owner: 100 }],
  ["vm-999999999-disk-123", { image: "vm-999999999-disk-123", owner: 999999999 }],
  ["vm-100-database", { image: "vm-100-database", owner: 100 }],
  ["vm-100-state-before", { image: "vm-100-state-before", owner: 100 }],
  ["base-9000-disk-0", { image: "base-9000-disk-0", owner: 9000 }],
  ["base-9000-disk-0/vm-100-disk-1", { image: "vm-100-disk-1", owner: 100 }],
  ["base-9000-disk-0/base-9001-disk-0", { image: "base-9001-disk-0", owner: 9001 }],
  ["vm-100", undefined],
  ["vm-100-", undefined],
  ["vm-x-disk-0", undefined],
  ["disk-0", undefined],
  ["csi-vol-1", undefined],
  ["vm-9000-disk-0/vm-100-disk-1", undefined],
  ["100/vm-100-disk-0.qcow2", undefined],
  ["base-9000-disk-0/", undefined],
  ["my-vm-100-disk-0", undefined],
  ["vm-100-disk 0", undefined],
])("the image of %s is %j", (name, image) => {
  expect(rbdImage(name)).toEqual(image);
});

it.each([
  ["100/vm-100-disk-0.qcow2", "vm-100-disk-0.qcow2"],
  ["vm-100-disk-0", "vm-100-disk-0"],
])("elsewhere, %s is called %s", (name, image) => {
  expect(plainImage(name)).toBe(image);
});
