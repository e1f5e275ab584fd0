import type { Disk, ProxmoxCluster } from "@backurne/model";
import { describe, expect, it } from "vitest";
import { listPools } from "../src/list-pools.ts";
import type { Storage } from "../src/storages.ts";
import { ceph, imageOf, type SmallPool } from "./ceph.ts";
import { settings } from "./guests.ts";

/** As `storage:pool/namespace`. */
function disk(place: string): Disk {
  const [, storage = "", pool = "", namespace = ""] = /^(.*?):([^/]*)\/?(.*)$/.exec(place) ?? [];
  const key = { ident: storage, disk: "vm-100-disk-0" };
  return { cluster: "px1", guest: "web01", disk: "scsi0", pool, namespace, image: key.disk, key, comment: "", storage };
}

const A: SmallPool = { fsid: "a", images: ["vm-100-disk-0"] };
const B: SmallPool = { fsid: "b", images: ["vm-200-disk-0", "vm-201-disk-0"] };

async function list(
  places: readonly string[],
  pools: Parameters<typeof ceph>[0],
  changes: Partial<ProxmoxCluster> = {},
  storages: readonly Storage[] = [],
) {
  const { access, listings } = ceph(pools);
  const place = { settings: settings(changes), access, storages: new Map(storages.map((one) => [one.name, one])) };
  return { listings, listed: await listPools(places.map(disk), place) };
}

describe("pools", () => {
  const one = { ssh: { host: "mon1" } };

  it.each<[string, readonly string[], Partial<ProxmoxCluster>, readonly string[]]>([
    ["one for many disks", ["ceph:vms", "ceph:vms", "ceph:vms"], {}, ["ceph:vms"]],
    ["two storages lead to one", ["ceph:vms", "ct:vms"], { storages: { ceph: one, ct: one } }, ["mon1:vms"]],
    ["two of one cluster", ["ceph:vms", "ssd:fast"], { storages: { ceph: one, ssd: one } }, ["mon1:vms", "mon1:fast"]],
    ["a namespace is one of its own", ["ceph:vms", "ceph:vms/t1"], {}, ["ceph:vms", "ceph:vms/t1"]],
    ["two clusters, one name of a pool", ["ceph:vms", "other:vms"], {}, ["ceph:vms", "other:vms"]],
    [
      "two clusters behind one host",
      ["ceph:vms", "other:vms"],
      { storages: { ceph: one, other: { ...one, cephConf: "b.conf" } } },
      ["mon1:vms", "mon1:vms/b.conf"],
    ],
    ["none without disks", [], {}, []],
  ])("are listed once each: %s", async (_, places, changes, expected) => {
    const { listings, listed } = await list(places, Object.fromEntries(expected.map((place) => [place, A])), changes);
    expect(listings).toEqual(expected);
    expect(listed.blind).toEqual([]);
    expect(listed.fsids).toEqual(expected.length === 0 ? [] : ["a"]);
    for (const place of places)
      expect(listed.of(disk(place))?.images.get("vm-100-disk-0")).toEqual(imageOf("vm-100-disk-0"));
  });

  it("keep clusters apart", async () => {
    const { listed } = await list(["ceph:vms", "other:vms"], { "ceph:vms": A, "other:vms": B });
    expect(listed.fsids).toEqual(["a", "b"]);
    expect([listed.of(disk("ceph:vms"))?.fsid, listed.of(disk("other:vms"))?.fsid]).toEqual(["a", "b"]);
    expect([...(listed.of(disk("other:vms"))?.images.keys() ?? [])]).toEqual(B.images);
    expect(listed.of(disk("elsewhere:vms"))).toBeUndefined();
  });

  it("that cannot be listed are named with each storage that leads to them; others go on", async () => {
    const pools = { "mon1:vms": new Error("ssh mon1: connection refused"), "other:vms": B };
    const storages = { ceph: one, ct: one };
    const { listed } = await list(["ceph:vms", "ct:vms", "ceph:vms", "other:vms"], pools, { storages });
    expect(listed.blind).toEqual([
      { about: "storage ceph", because: "ssh mon1: connection refused" },
      { about: "storage ct", because: "ssh mon1: connection refused" },
    ]);
    expect(listed.fsids).toEqual(["b"]);
    expect(listed.of(disk("ceph:vms"))).toBeUndefined();
    expect(listed.of(disk("other:vms"))?.images.size).toBe(2);
  });

  it("that all fail are an error: a cluster without disks would look as if they were gone", async () => {
    const pools = { "ceph:vms": new Error("first"), "other:vms": new Error("second") };
    await expect(list(["ceph:vms", "other:vms"], pools)).rejects.toThrow("first");
  });

  it("are not known without their cluster's id", async () => {
    const { access } = ceph({ "ceph:vms": A });
    const reach: typeof access.reach = (...to) => ({
      ...access.reach(...to),
      objects: { fsid: () => Promise.reject(new Error("no quorum")) },
    });
    const place = { settings: settings(), access: { reach }, storages: new Map() };
    await expect(listPools([disk("ceph:vms")], place)).rejects.toThrow("no quorum");
  });

  describe("that no disk is in any more", () => {
    const storage = (name: string, changes: Partial<Storage> = {}): Storage => {
      const own = { name, type: "rbd", disabled: false, pool: "vms", namespace: "" };
      return { ...own, ...changes };
    };

    it("are not listed, and their clusters are known: what was there is gone", async () => {
      const pools = { "ceph:vms": A, "other:vms": B };
      const { listed, listings } = await list(["ceph:vms"], pools, {}, [storage("ceph"), storage("other")]);
      expect(listed.fsids).toEqual(["a", "b"]);
      expect(listings).toEqual(["ceph:vms"]);
    });

    it.each<[string, Storage]>([
      ["that does not answer", storage("silent")],
      ["that is switched off", storage("other", { disabled: true })],
      ["that is not rbd", storage("other", { type: "dir" })],
    ])("stay unknown on a storage %s, and are nobody's trouble", async (_, other) => {
      const pools = { "ceph:vms": A, "other:vms": B };
      const { listed } = await list(["ceph:vms"], pools, {}, [storage("ceph"), other]);
      expect(listed).toMatchObject({ fsids: ["a"], blind: [] });
    });

    it("stay unknown when no disk at all is left: that may be a listing without rights", async () => {
      const { listed } = await list([], { "other:vms": B }, {}, [storage("other")]);
      expect(listed).toMatchObject({ fsids: [], blind: [] });
    });
  });
});
