import type { Inventory } from "@backurne/cluster";
import { describe, expect, it } from "vitest";
import { imageOf } from "./ceph.ts";
import { OTHER_UUID, UUID } from "./guests.ts";
import { DB, found, look, POOL, POOLS, FAST, STORAGES, WEB } from "./look.ts";
import { CEPH, type Machine } from "./proxmox.ts";

describe("a whole cluster", () => {
  it("is its guests with their disks, each with the image behind it", async () => {
    const { inventory, server, listings } = await look({});
    expect(inventory).toMatchObject({ fsids: ["a", "b"], omitted: [], blind: [] });
    expect(found(inventory)).toEqual(["web01/scsi0", "db01/virtio0", "db01/virtio1"]);
    expect(inventory.guests[0]).toEqual({
      name: "web01",
      stillness: { kind: "freezable" },
      config: { kind: "qemu", vmid: 100, name: "web01", node: "pve1", digest: "d100", config: WEB.config },
      disks: [
        {
          disk: {
            cluster: "px1",
            guest: "web01",
            disk: "scsi0",
            pool: "vms",
            namespace: "",
            image: "vm-100-disk-0",
            key: { ident: UUID, disk: "scsi0" },
            comment: "web01",
            storage: "ceph",
            vm: { vmid: 100, kind: "qemu", tags: ["gold"] },
          },
          source: { fsid: "a", pool: "vms", namespace: "", image: "vm-100-disk-0", id: "id-vm-100-disk-0" },
          image: imageOf("vm-100-disk-0"),
        },
      ],
    });
    expect(inventory.guests[1]?.stillness).toEqual({ kind: "stopped" });
    expect(inventory.guests[1]?.disks[1]).toMatchObject({
      disk: { storage: "ssd", pool: "fast", namespace: "t1", key: { ident: OTHER_UUID, disk: "virtio1" } },
      source: { fsid: "b", pool: "fast", namespace: "t1", image: "vm-101-disk-1" },
    });
    expect(server.seen).toHaveLength(2 + 2);
    expect(listings).toEqual(["ceph:vms", "ssd:fast/t1"]);
  });

  it("with nothing on Ceph lists no pool", async () => {
    const { inventory, listings } = await look({ guests: [{ vmid: 1, config: { smbios1: `uuid=${UUID}` } }] });
    expect([inventory, listings]).toEqual([{ fsids: [], guests: [], omitted: [], blind: [], unowned: [] }, []]);
  });

  it("asks no pool that no disk is in", async () => {
    const { inventory, listings } = await look({ guests: [WEB], pools: { "ceph:vms": POOL } });
    expect([found(inventory), inventory.blind, listings]).toEqual([["web01/scsi0"], [], ["ceph:vms"]]);
  });

  it("lists a pool once to which two storages lead", async () => {
    const storages = [CEPH, { ...CEPH, storage: "ssd" }];
    const reach = { ssh: { host: "mon1" } };
    const { inventory, listings } = await look({
      storages,
      pools: { "mon1:vms": { fsid: "a", images: [...POOL.images, ...FAST.images] } },
      change: { storages: { ceph: reach, ssd: reach } },
    });
    expect(found(inventory)).toEqual(["web01/scsi0", "db01/virtio0", "db01/virtio1"]);
    expect([listings, inventory.fsids, inventory.blind]).toEqual([["mon1:vms"], ["a"], []]);
  });

  it("keeps a container's history by its storage and image", async () => {
    const config = { rootfs: "ceph:vm-200-disk-0", mp0: "ceph:vm-200-disk-1,mp=/srv,backup=1", mp1: "/mnt,mp=/m" };
    const guests: Machine[] = [{ vmid: 200, kind: "lxc", name: "dns1", config }];
    const pools = { "ceph:vms": { fsid: "a", images: ["vm-200-disk-0", "vm-200-disk-1"] } };
    const { inventory } = await look({ guests, pools });
    expect(inventory.guests[0]).toMatchObject({
      stillness: { kind: "unfreezable", because: "containers have no agent" },
      disks: [
        { disk: { disk: "mp0", key: { ident: "ceph", disk: "vm-200-disk-1" } } },
        { disk: { disk: "rootfs", key: { ident: "ceph", disk: "vm-200-disk-0" }, vm: { kind: "lxc" } } },
      ],
    });
  });

  it("shows a template's base images and the disks of its linked clones", async () => {
    const guests: Machine[] = [
      {
        vmid: 9000,
        name: "debian",
        status: "stopped",
        config: { template: 1, smbios1: `uuid=${UUID}`, scsi0: "ceph:base-9000-disk-0" },
      },
      {
        vmid: 100,
        name: "web01",
        config: { smbios1: `uuid=${OTHER_UUID}`, scsi0: "ceph:base-9000-disk-0/vm-100-disk-0" },
      },
    ];
    const { inventory } = await look({
      guests,
      pools: { "ceph:vms": { fsid: "a", images: ["base-9000-disk-0", "vm-100-disk-0"] } },
    });
    expect(found(inventory)).toEqual(["debian/scsi0", "web01/scsi0"]);
    expect(inventory.guests.flatMap(({ disks }) => disks.map(({ image }) => image.image))).toEqual([
      "base-9000-disk-0",
      "vm-100-disk-0",
    ]);
    expect([inventory.omitted, inventory.blind]).toEqual([[], []]);
  });

  it("tells guests of one name apart, those that cannot be read too, and keeps the name with the backup", async () => {
    const guests: Machine[] = [
      { ...WEB, name: "web", config: { ...WEB.config, name: "web" } },
      { ...DB, name: "web" },
      {
        vmid: 102,
        name: "lone",
        config: { smbios1: "uuid=0c1d2e3f-0000-4000-8000-00000000000b", scsi0: "ceph:vm-102-disk-0" },
      },
      { vmid: 103, name: "lone", says: { status: 500, message: "broken" } },
    ];
    const pools = { ...POOLS, "ceph:vms": { ...POOL, images: [...POOL.images, "vm-102-disk-0"] } };
    const { inventory } = await look({ guests, pools });
    expect(inventory.guests.map(({ name }) => name)).toEqual(["web(100)", "web(101)", "lone(102)"]);
    expect(inventory.guests.map(({ disks }) => disks[0]?.disk.comment)).toEqual(["web", "web", "lone"]);
    for (const { name, disks } of inventory.guests) for (const { disk } of disks) expect(disk.guest).toBe(name);
  });
});

describe("what is not backed up", () => {
  it("is named with its reason; the guest's other disks go on", async () => {
    const config = {
      ...WEB.config,
      ide2: "ceph:vm-100-cloudinit,media=cdrom",
      scsi1: "ceph:vm-100-disk-1,backup=0",
      scsi2: "local:100/vm-100-disk-2.qcow2",
      scsi3: "ceph:vm-101-disk-0",
      scsi4: "asleep:vm-100-disk-4",
      unused0: "ceph:vm-100-disk-9",
    };
    const storages = [...STORAGES, { ...CEPH, storage: "asleep", disable: 1 }];
    const { inventory, listings } = await look({ guests: [{ ...WEB, config }, DB], storages });
    expect(found(inventory)).toEqual(["web01/scsi0", "db01/virtio0", "db01/virtio1"]);
    expect(inventory.omitted.map(({ disk, state, because }) => [disk.guest, disk.disk, state, because])).toEqual([
      ["web01", "scsi1", "switched off", "backup=0 stands on scsi1"],
      ["web01", "scsi2", "excluded", "on storage local, which is not rbd"],
      ["web01", "scsi3", "excluded", "vm-101-disk-0 belongs to guest db01 (101)"],
      ["web01", "scsi4", "excluded", "on storage asleep, which is disabled"],
    ]);
    expect([inventory.blind, listings]).toEqual([[], ["ceph:vms", "ssd:fast/t1"]]);
  });

  it("comes with its image where that is listed for others, and is its own", async () => {
    const config = { ...WEB.config, scsi1: "ceph:vm-100-disk-9,backup=0", scsi3: "ceph:vm-101-disk-0" };
    const { inventory, listings } = await look({ guests: [{ ...WEB, config }, DB] });
    expect(inventory.omitted.map(({ disk, image }) => [disk.disk, image])).toEqual([
      ["scsi1", imageOf("vm-100-disk-9")],
      ["scsi3", undefined],
    ]);
    const alone = { config: { smbios1: `uuid=${UUID}`, scsi1: "ceph:vm-100-disk-9,backup=0" }, vmid: 100 };
    expect((await look({ guests: [alone] })).inventory.omitted.map(({ image }) => image)).toEqual([undefined]);
    expect(listings).toEqual(["ceph:vms", "ssd:fast/t1"]);
  });

  it.each([true, false])("never has the key of what is, UUIDs in use: %s", async (useSmbios) => {
    const guests = [
      { ...WEB, config: { ...WEB.config, scsi3: "ceph:vm-101-disk-0", scsi4: "ceph:vm-101-disk-0,backup=0" } },
      DB,
    ];
    const { inventory } = await look({ guests, change: { useSmbios } });
    const keys = inventory.guests.flatMap(({ disks }) => disks.map(({ disk }) => disk.key));
    expect(keys).toHaveLength(3);
    expect(inventory.omitted).toHaveLength(2);
    for (const { disk } of inventory.omitted) expect(keys).not.toContainEqual(disk.key);
  });
});

describe("an image that no guest has", () => {
  const said = ({ unowned = [] }: Inventory) => unowned.map(({ source, detached }) => [source.id, detached]);
  const id = (name: string): string => imageOf(name).id;

  it("is named, and which guest remembers it as unused", async () => {
    const scsi1 = "ceph:vm-100-disk-9,backup=0";
    expect(said((await look({})).inventory)).toEqual([[id("vm-100-disk-9"), undefined]]);
    expect(said((await look({ guests: [{ ...WEB, config: { ...WEB.config, scsi1 } }, DB] })).inventory)).toEqual([]);
    const unused = {
      unused0: "ceph:vm-100-disk-9",
      unused1: "ceph:vm-101-disk-0",
      unused2: "local:100/a.raw",
      unused3: "?",
    };
    const { inventory } = await look({ guests: [{ ...WEB, config: { ...WEB.config, ...unused } }, DB] });
    expect(said(inventory)).toEqual([[id("vm-100-disk-9"), "unused0 of web01 (100)"]]);
    expect([inventory.omitted, inventory.blind]).toEqual([[], []]);
  });

  it("is none where another storage leads to the same pool by another host", async () => {
    const storages = [CEPH, { ...CEPH, storage: "ssd" }];
    const pool = { fsid: "a", images: ["vm-100-disk-0", "vm-101-disk-0", "vm-101-disk-1", "vm-9-disk-0"] };
    const pools = { "ceph:vms": pool, "ssd:vms": pool };
    const { inventory, listings } = await look({ storages, pools });
    expect(listings).toEqual(["ceph:vms", "ssd:vms"]);
    expect(said(inventory)).toEqual([[id("vm-9-disk-0"), undefined]]);
  });

  it("is looked for where only unused disks are, and one that does not answer is nobody's blind spot", async () => {
    const config = { ...WEB.config, unused0: "ssd:vm-100-disk-5" };
    const guests = [{ ...WEB, config }];
    const fast = { ...FAST, images: ["vm-100-disk-5"] };
    const { inventory } = await look({ guests, pools: { ...POOLS, "ssd:fast/t1": fast } });
    expect(said(inventory)).toContainEqual([id("vm-100-disk-5"), "unused0 of web01 (100)"]);
    expect(inventory.fsids).toEqual(["a", "b"]);
    const dead = await look({ guests, pools: { ...POOLS, "ssd:fast/t1": new Error("no route to host") } });
    expect(found(dead.inventory)).toEqual(["web01/scsi0"]);
    expect(dead.inventory).toMatchObject({ fsids: ["a"], blind: [] });
    await expect(look({ guests, pools: { ...POOLS, "ceph:vms": new Error("down") } })).rejects.toThrow("down");
  });
});

it("of 1,000 guests with three disks each it asks for each once, and for two lists", async () => {
  const uuid = (vmid: number): string => `00000000-0000-4000-8000-${String(vmid).padStart(12, "0")}`;
  const images = (vmid: number): readonly string[] => [0, 1, 2].map((at) => `vm-${vmid}-disk-${at}`);
  const guests = Array.from({ length: 1_000 }, (_, at): Machine => {
    const disks = images(at + 100).map((image, number) => [`scsi${number}`, `ceph:${image},size=4M`]);
    return {
      vmid: at + 100,
      name: `vm${at}`,
      config: { smbios1: `uuid=${uuid(at + 100)}`, ...Object.fromEntries(disks) },
    };
  });
  const pools = { "ceph:vms": { fsid: "a", images: guests.flatMap(({ vmid }) => images(vmid)) } };
  const { inventory, server, listings } = await look({ guests, pools });
  expect(found(inventory)).toHaveLength(3_000);
  expect(inventory.blind).toEqual([]);
  expect(server.seen).toHaveLength(1_002);
  expect(listings).toEqual(["ceph:vms"]);
}, 60_000);
