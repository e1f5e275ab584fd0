import { describe, expect, it } from "vitest";
import { takeInventory } from "../src/inventory.ts";
import { ceph } from "./ceph.ts";
import { settings, UUID } from "./guests.ts";
import { DB, found, look, POOLS, WEB, type Scenery } from "./look.ts";
import { afterListing, connect, proxmox, type Machine } from "./proxmox.ts";
import type { Handler } from "./server.ts";

describe("what cannot be looked at", () => {
  it.each<[string, Scenery, { about: string; vmid?: number; because: RegExp }]>([
    [
      "a configuration that is refused",
      { guests: [{ ...WEB, says: { status: 500, message: "got timeout" } }, DB] },
      { about: "web01 (100)", vmid: 100, because: /500 got timeout/ },
    ],
    [
      "a guest without a UUID",
      { guests: [{ ...WEB, config: { ...WEB.config, smbios1: "base64=1,sku=QQ==" } }, DB] },
      { about: "web01 (100)", vmid: 100, because: /no smbios UUID/ },
    ],
    [
      "a disk's line",
      { guests: [{ ...WEB, config: { ...WEB.config, scsi1: "size=4M" } }, DB] },
      { about: "web01 (100)", vmid: 100, because: /scsi1 names no volume/ },
    ],
    [
      "an image that is not there",
      { guests: [{ ...WEB, config: { ...WEB.config, scsi0: "ceph:vm-100-disk-7" } }, DB] },
      { about: "web01 (100)", vmid: 100, because: /^image vm-100-disk-7 does not exist in pool vms$/ },
    ],
    [
      "an image that is not in its namespace",
      { guests: [{ ...WEB, config: { ...WEB.config, scsi0: "ssd:vm-100-disk-7" } }, DB] },
      { about: "web01 (100)", vmid: 100, because: /^image vm-100-disk-7 does not exist in pool fast\/t1$/ },
    ],
    [
      "a storage that the user may not see",
      { guests: [{ ...WEB, config: { ...WEB.config, scsi0: "secret:vm-100-disk-0" } }, DB] },
      { about: "web01 (100)", vmid: 100, because: /storage secret, which Proxmox does not show/ },
    ],
    [
      "a node",
      { guests: [{ ...WEB, says: { status: 595, message: "No route to host" } }, DB] },
      { about: "web01 (100)", vmid: 100, because: /595 No route to host/ },
    ],
  ])("stops nobody else: %s", async (_, scenery, { about, vmid, because }) => {
    const { inventory } = await look(scenery);
    expect(found(inventory)).toEqual(["db01/virtio0", "db01/virtio1"]);
    expect(inventory.blind).toEqual([{ about, vmid, because: expect.stringMatching(because) }]);
  });

  it("is a storage, and then it may be anybody's", async () => {
    const { inventory } = await look({ pools: { ...POOLS, "ceph:vms": new Error("ssh ceph: refused") } });
    expect(found(inventory)).toEqual(["db01/virtio1"]);
    expect(inventory.blind).toEqual([{ about: "storage ceph", because: "ssh ceph: refused" }]);
    expect(inventory.fsids).toEqual(["b"]);
  });

  it("is a disk of a guest whose other disks are seen", async () => {
    const guests = [{ ...WEB, config: { ...WEB.config, scsi1: "ceph:vm-100-disk-7" } }];
    const { inventory } = await look({ guests });
    expect(found(inventory)).toEqual(["web01/scsi0"]);
    expect(inventory.blind).toMatchObject([{ vmid: 100 }]);
  });

  it("is never the guest whose configuration alone is odd in what is no disk", async () => {
    const odd = {
      lock: "migrate",
      parent: "before",
      meta: "creation-qemu=9",
      vmgenid: UUID,
      pending: { scsi1: "x" },
      snapshots: { before: { scsi2: "y" } },
    };
    const { inventory } = await look({ guests: [{ ...WEB, config: { ...WEB.config, ...odd } }] });
    expect([found(inventory), inventory.blind]).toEqual([["web01/scsi0"], []]);
    expect(inventory.guests[0]?.config?.config).toMatchObject({ lock: "migrate", parent: "before" });
    expect(inventory.guests[0]?.config?.config).not.toHaveProperty("snapshots");
  });
});

describe("guests that share a UUID", () => {
  const clone = { ...DB, config: { ...DB.config, smbios1: `base64=1,uuid=${UUID}` } };

  it("are both refused by name, with none of their disks", async () => {
    const { inventory, listings } = await look({ guests: [WEB, clone] });
    expect(found(inventory)).toEqual([]);
    expect(inventory.blind).toMatchObject([
      { about: "web01 (100)", vmid: 100, because: expect.stringContaining(`as db01 (101): ${UUID}`) },
      { about: "db01 (101)", vmid: 101, because: expect.stringContaining(`as web01 (100): ${UUID}`) },
    ]);
    expect([inventory.omitted, listings]).toEqual([[], []]);
  });

  it("are refused where a disk of one of them cannot be read", async () => {
    const { inventory } = await look({ guests: [WEB, { ...clone, config: { ...clone.config, virtio0: "size=4M" } }] });
    expect(found(inventory)).toEqual([]);
    expect(inventory.blind.map(({ because }) => because)).toEqual([
      expect.stringContaining("has the same smbios UUID as db01 (101)"),
      expect.stringContaining("has the same smbios UUID as web01 (100)"),
    ]);
  });

  it("are seen as long as both can be read: the one that cannot is named, and freezes what may be its own", async () => {
    const { inventory } = await look({ guests: [WEB, { ...clone, says: { status: 500, message: "broken" } }] });
    expect(found(inventory)).toEqual(["web01/scsi0"]);
    expect(inventory.blind).toMatchObject([{ vmid: 101, because: expect.stringMatching(/500 broken/) }]);
  });
});

describe("a cluster that cannot be looked at is an error, not one without guests:", () => {
  it.each<[string, Scenery, RegExp]>([
    [
      "all its pools fail",
      { pools: { "ceph:vms": new Error("ssh ceph: refused"), "ssd:fast/t1": new Error("ssh ssd: refused") } },
      /ssh ceph: refused/,
    ],
    ["no list of guests", { wrap: failing("/cluster/resources?type=vm") }, /GET \/cluster\/resources .*403 no/],
    ["no list of storages", { wrap: failing("/storage") }, /GET \/storage .*403 no/],
  ])("%s", async (_, scenery, shown) => {
    await expect(look(scenery)).rejects.toThrow(shown);
  });
});

describe("while it is looked at", () => {
  it("a guest migrates: it is found there", async () => {
    const guests = [{ ...WEB }, { ...DB }];
    const wrap = (handler: Handler) => afterListing(handler, () => ((guests[0] as Machine).node = "pve2"));
    const { inventory } = await look({ guests, wrap });
    expect(new Set(found(inventory))).toEqual(new Set(["web01/scsi0", "db01/virtio0", "db01/virtio1"]));
    expect(inventory.guests.find(({ name }) => name === "web01")?.config?.node).toBe("pve2");
    expect(inventory.blind).toEqual([]);
  });

  it("a guest is deleted: that is said, and the others go on", async () => {
    const guests = [{ ...WEB }, { ...DB }];
    const wrap = (handler: Handler) => afterListing(handler, (times) => times === 1 && guests.shift());
    const { inventory } = await look({ guests, wrap });
    expect(found(inventory)).toEqual(["db01/virtio0", "db01/virtio1"]);
    expect(inventory.blind).toMatchObject([{ vmid: 100, because: expect.stringContaining("deleted") }]);
  });

  it("the run is stopped: no pool is asked any more", async () => {
    const stop = new AbortController();
    const small = proxmox({ guests: [WEB] });
    const { client } = await connect((request) => {
      if (request.path.endsWith("/config?current=1")) stop.abort(new Error("stopped by hand"));
      return small(request);
    });
    const { access, listings } = ceph(POOLS);
    await expect(takeInventory(settings(), { client, access }, stop.signal)).rejects.toThrow("stopped by hand");
    expect(listings).toEqual([]);
  });
});

function failing(path: string): (handler: Handler) => Handler {
  return (handler) => (request) => (request.path === path ? { status: 403, message: "no" } : handler(request));
}
