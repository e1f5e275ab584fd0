import { describe, expect, it } from "vitest";
import type { Identity } from "../src/identity.ts";
import { placeVolume, uniqueName, type Scene } from "../src/place.ts";
import type { Storage } from "../src/storages.ts";
import type { Volume } from "../src/volumes.ts";
import { guest, settings, UUID } from "./guests.ts";

const rbd = { type: "rbd", disabled: false, pool: "vms", namespace: "" };
const storages: readonly Storage[] = [
  { ...rbd, name: "ceph" },
  { ...rbd, name: "tenant", namespace: "t1" },
  { ...rbd, name: "asleep", disabled: true },
  // Others have pools too.
  { ...rbd, name: "tank", type: "zfspool", pool: "tank/vms" },
  { ...rbd, name: "local", type: "dir", pool: "rbd" },
];
const scene: Scene = {
  settings: settings(),
  storages: new Map(storages.map((storage) => [storage.name, storage])),
  names: new Map([
    [100, "web01"],
    [101, "web02"],
  ]),
};
const byUuid: Identity = { by: "uuid", uuid: UUID };
const byImage: Identity = { by: "image" };

function place(volume: Partial<Volume>, identity = byUuid, changes: Partial<Scene> = {}) {
  const whole = { adapter: "scsi0", storage: "ceph", name: "vm-100-disk-0", ...volume };
  return placeVolume(whole, { guest: guest({ tags: ["db"] }), identity }, { ...scene, ...changes });
}

const DISK = {
  cluster: "px1",
  guest: "web01",
  disk: "scsi0",
  pool: "vms",
  namespace: "",
  image: "vm-100-disk-0",
  key: { ident: UUID, disk: "scsi0" },
  comment: "web01",
  storage: "ceph",
  vm: { vmid: 100, kind: "qemu", tags: ["db"] },
};

describe("a disk is backed up", () => {
  it.each<[string, Partial<Volume>, Identity, object]>([
    ["by its guest's UUID", {}, byUuid, {}],
    ["by its image", {}, byImage, { key: { ident: "ceph", disk: "vm-100-disk-0" } }],
    ["in a namespace", { storage: "tenant" }, byUuid, { storage: "tenant", namespace: "t1" }],
    [
      "when it is a linked clone, by its own image",
      { name: "base-9000-disk-0/vm-100-disk-1" },
      byImage,
      { image: "vm-100-disk-1", key: { ident: "ceph", disk: "vm-100-disk-1" } },
    ],
    ["when it is the base of linked clones", { name: "base-100-disk-0" }, byUuid, { image: "base-100-disk-0" }],
    [
      "when it holds a TPM's state",
      { adapter: "tpmstate0" },
      byUuid,
      { disk: "tpmstate0", key: { ident: UUID, disk: "tpmstate0" } },
    ],
  ])("%s", (_, volume, identity, changes) => {
    expect(place(volume, identity)).toEqual({ kind: "wanted", disk: { ...DISK, ...changes } });
  });

  it("with the pool of Proxmox that its guest is in", () => {
    const volume = { adapter: "scsi0", storage: "ceph", name: "vm-100-disk-0", off: undefined };
    const placed = placeVolume(volume, { guest: guest({ pool: "customers" }), identity: byUuid }, scene);
    expect(placed).toMatchObject({ kind: "wanted", disk: { pool: "vms", vm: { pool: "customers" } } });
  });

  it("under the prefix of its cluster", () => {
    const placed = place({}, byUuid, { settings: settings({ identPrefix: "b-" }) });
    expect(placed).toMatchObject({ kind: "wanted", disk: { key: { ident: `b-${UUID}`, disk: "scsi0" } } });
  });
});

describe("a disk is left out", () => {
  it.each<[string, Partial<Volume>, string, string]>([
    ["switched off", { off: "backup=0 stands on scsi0" }, "switched off", "backup=0 stands on scsi0"],
    ["not rbd", { storage: "local", name: "100/vm-100-disk-0.raw" }, "excluded", "on storage local, which is not rbd"],
    ["not rbd, though in a pool", { storage: "tank" }, "excluded", "on storage tank, which is not rbd"],
    [
      "a device of the node",
      { storage: "(node)", name: "/dev/sdb" },
      "excluded",
      "/dev/sdb of the node itself, which is on no storage",
    ],
    ["on a disabled storage", { storage: "asleep" }, "excluded", "on storage asleep, which is disabled"],
    ["another's", { name: "vm-101-disk-3" }, "excluded", "vm-101-disk-3 belongs to guest web02 (101)"],
    ["a stranger's", { name: "vm-77-disk-3" }, "excluded", "vm-77-disk-3 belongs to guest 77"],
    ["a template's", { name: "base-101-disk-0" }, "excluded", "base-101-disk-0 belongs to guest web02 (101)"],
    [
      "a clone of another's",
      { name: "base-100-disk-0/vm-101-disk-0" },
      "excluded",
      "vm-101-disk-0 belongs to guest web02 (101)",
    ],
    // Whoever switches it off need not be able to see where it is.
    [
      "switched off somewhere",
      { storage: "hidden", off: "backup=0 stands on scsi0" },
      "switched off",
      "backup=0 stands on scsi0",
    ],
  ])("because it is %s", (_, volume, state, because) => {
    const placed = place(volume);
    expect(placed).toMatchObject({ kind: "omitted", omitted: { state, because } });
    if (placed.kind !== "omitted") return;
    const { disk } = placed.omitted;
    expect(disk).toMatchObject({ cluster: "px1", guest: "web01", disk: "scsi0", key: DISK.key, vm: DISK.vm });
    expect(disk.storage).toBe(volume.storage ?? "ceph");
    expect(disk.pool).toBe(["ceph", "asleep"].includes(disk.storage ?? "") ? "vms" : "");
  });

  it.each([{}, { off: "backup=0 stands on scsi0" }])(
    "when another owns it, under a key that is not the owner's",
    (how) => {
      const owner = place({}, byImage);
      const [sharer] = [placeVolume(volumeOf(how), { guest: guest({ vmid: 101 }), identity: byImage }, scene)];
      expect(owner).toMatchObject({ kind: "wanted", disk: { key: { ident: "ceph", disk: "vm-100-disk-0" } } });
      expect(sharer).toMatchObject({
        kind: "omitted",
        omitted: { disk: { image: "vm-100-disk-0", key: { ident: "ceph", disk: "vm-100-disk-0 of 101" } } },
      });
    },
  );
});

describe("a disk is not judged", () => {
  it.each([
    ["on a storage that is not shown", { storage: "hidden" }, /^scsi0 is on storage hidden, .*Datastore\.Audit/],
    ["under a name of another kind", { name: "csi-vol-1" }, /^scsi0: "csi-vol-1" is not a name that Proxmox gives$/],
  ])("%s", (_, volume, because) => {
    expect(place(volume)).toEqual({ kind: "blind", because: expect.stringMatching(because) });
  });
});

it.each([
  ["web01", 100, [], "web01"],
  ["web01", 100, [[100, "web01"]], "web01"],
  ["web01", 100, [[101, "web02"]], "web01"],
  [
    "web01",
    100,
    [
      [100, "web01"],
      [101, "web01"],
    ],
    "web01(100)",
  ],
  [
    "web01",
    101,
    [
      [100, "web01"],
      [101, "web01"],
    ],
    "web01(101)",
  ],
  ["web01", 100, [[99, "WEB01"]], "web01"],
] as const)("%s (%i) among %j is called %s", (name, vmid, names, called) => {
  expect(uniqueName({ name, vmid }, new Map(names))).toBe(called);
});

function volumeOf(changes: Partial<Volume>): Volume {
  return { adapter: "scsi1", storage: "ceph", name: "vm-100-disk-0", ...changes };
}
