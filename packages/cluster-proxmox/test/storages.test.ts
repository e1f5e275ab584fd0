import { describe, expect, it } from "vitest";
import { addressOf, listStorages, reachOf } from "../src/storages.ts";
import { settings } from "./guests.ts";
import { CEPH, connect } from "./proxmox.ts";

describe("the storages", () => {
  const rbd = { name: "ceph", type: "rbd", disabled: false, pool: "vms", namespace: "" };

  it.each<[string, Record<string, unknown>, object]>([
    ["of a Ceph cluster elsewhere", CEPH, rbd],
    ["of Proxmox's own Ceph", { storage: "ceph", type: "rbd", pool: "vms", krbd: 1 }, rbd],
    ["without a pool", { storage: "ceph", type: "rbd", monhost: "[fd00::1]:6789;10.0.0.2" }, { ...rbd, pool: "rbd" }],
    ["in a namespace", { ...CEPH, namespace: "t1" }, { ...rbd, namespace: "t1" }],
    ["with the data elsewhere", { ...CEPH, "data-pool": "ec" }, rbd],
    ["on some nodes", { ...CEPH, nodes: "pve1,pve2", shared: 1, digest: "x" }, rbd],
    ["disabled", { ...CEPH, disable: 1 }, { ...rbd, disabled: true }],
    ["disabled, as a text", { ...CEPH, disable: "1" }, { ...rbd, disabled: true }],
    ["not disabled", { ...CEPH, disable: 0 }, rbd],
    ["not disabled, as a text", { ...CEPH, disable: "0" }, rbd],
    ["of another type", { ...CEPH, type: "zfspool", pool: "tank" }, { ...rbd, type: "zfspool", pool: "tank" }],
  ])("%s", async (_, row, storage) => {
    const { client, server } = await connect(() => ({ data: [row] }));
    expect(await listStorages(client)).toEqual(new Map([["ceph", storage]]));
    expect(server.paths()).toEqual(["GET /storage"]);
  });

  it("are all listed in one request", async () => {
    const rows = [CEPH, { ...CEPH, storage: "other" }, { storage: "local", type: "dir", path: "/var/lib/vz" }];
    const { client, server } = await connect(() => ({ data: rows }));
    expect([...(await listStorages(client)).keys()]).toEqual(["ceph", "other", "local"]);
    expect(server.seen).toHaveLength(1);
  });

  it.each([null, {}, [{}], [{ storage: 1, type: "rbd" }], "ceph"])(
    "are an error when they come as %j",
    async (data) => {
      const { client } = await connect(() => ({ data }));
      await expect(listStorages(client)).rejects.toThrow(/listed its storages in another form/);
    },
  );
});

describe("a storage is reached", () => {
  const { defaultReach } = settings({
    defaultReach: { ssh: { user: "backup", port: 2222 }, cephId: "bk", cephConf: "/c" },
  });

  it.each([
    ["at the place named for it", "ceph", { ssh: { host: "mon1" }, cephId: "own" }],
    ["else by its own name", "ceph-ssd", { ...defaultReach, ssh: { ...defaultReach.ssh, host: "ceph-ssd" } }],
    [
      "by its own name, whatever that is",
      "constructor",
      { ...defaultReach, ssh: { ...defaultReach.ssh, host: "constructor" } },
    ],
  ])("%s", (_, storage, reach) => {
    const storages = { ceph: { ssh: { host: "mon1" }, cephId: "own" } };
    expect(reachOf(storage, settings({ storages, defaultReach }))).toEqual(reach);
  });

  it("with the pool, the namespace, and how Ceph is told of them", () => {
    const reach = { ssh: { host: "mon1" }, cephConf: "/etc/ceph/b.conf", cephId: "bk" };
    expect(addressOf({ pool: "vms", namespace: "t1" }, reach)).toEqual({
      pool: "vms",
      namespace: "t1",
      cephConf: "/etc/ceph/b.conf",
      cephId: "bk",
    });
  });
});
