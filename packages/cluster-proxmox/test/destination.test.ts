import type { ProxmoxCluster } from "@backurne/model";
import { describe, expect, it } from "vitest";
import { findDestination } from "../src/destination.ts";
import type { Storage } from "../src/storages.ts";
import { ceph } from "./ceph.ts";
import { settings } from "./guests.ts";

const rbd = { type: "rbd", disabled: false, namespace: "" } as const;
const STORAGES: readonly Storage[] = [
  { ...rbd, name: "ceph", pool: "vms" },
  { ...rbd, name: "tenant", pool: "vms", namespace: "t1" },
  { ...rbd, name: "fast", pool: "ssd" },
  { ...rbd, name: "fast-ct", pool: "ssd" },
  { ...rbd, name: "ssd-old", pool: "fast" },
  { ...rbd, name: "local", pool: "tank", type: "zfspool" },
];

function find(pool: string, namespace = "", changes: Partial<ProxmoxCluster> = {}) {
  const { access } = ceph({});
  const storages = new Map(STORAGES.map((storage) => [storage.name, storage]));
  return findDestination({ pool, namespace }, { storages, settings: settings(changes), access });
}

describe("a disk goes to", () => {
  it.each([
    ["a storage by its name", "ceph", "", "ceph", "ceph:vms"],
    ["the storage whose pool it is", "vms", "", "ceph", "ceph:vms"],
    ["a storage in a namespace, by its name", "tenant", "", "tenant", "tenant:vms/t1"],
    ["one by its name and its namespace", "tenant", "t1", "tenant", "tenant:vms/t1"],
    ["the storage whose pool and namespace it is", "vms", "t1", "tenant", "tenant:vms/t1"],
    ["a storage rather than a pool of that name", "fast", "", "fast", "fast:ssd"],
  ])("%s", (_, pool, namespace, storage, place) => {
    const destination = find(pool, namespace);
    expect(destination.storage).toBe(storage);
    expect(destination.pool.place).toBe(place);
  });

  it("a place that is reached as the storage is", () => {
    const storages = { ceph: { ssh: { host: "mon1" }, cephConf: "/b.conf", cephId: "bk" } };
    const destination = find("vms", "", { storages });
    expect(destination.pool.place).toBe("mon1:vms//b.conf");
    expect(destination.address).toEqual({ pool: "vms", namespace: "", cephConf: "/b.conf", cephId: "bk" });
  });

  it.each([
    ["nowhere", "nowhere", "", /no rbd storage that is nowhere/, /ceph, tenant, fast/],
    ["no storage that is not rbd", "local", "", /no rbd storage/, /ceph/],
    ["no other namespace", "ceph", "t2", /ceph\/t2/, /ceph/],
    ["one of several", "ssd", "", /several storages/, /fast, fast-ct/],
  ])("%s", (_, pool, namespace, message, hint) => {
    expect(() => find(pool, namespace)).toThrow(
      expect.objectContaining({
        code: "usage",
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      }),
    );
  });
});
