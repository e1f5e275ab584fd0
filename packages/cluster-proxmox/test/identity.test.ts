import type { ReadGuest } from "../src/read-guests.ts";
import { describe, expect, it } from "vitest";
import { identify, keyOf, type Identity } from "../src/identity.ts";
import { guest, OTHER_UUID, UUID } from "./guests.ts";

const byUuid = (uuid: string): Identity => ({ by: "uuid", uuid });
const byImage: Identity = { by: "image" };
const rules = { useSmbios: true, uuidFallback: false };

/** A VM called after its number. */
function vm(vmid: number, smbios1?: string, changes: Partial<ReadGuest> = {}): ReadGuest {
  return guest({ vmid, name: `vm${vmid}`, config: { smbios1 }, ...changes });
}

describe("a guest is known by", () => {
  it.each<[string, ReadGuest, Partial<typeof rules>, Identity]>([
    ["its UUID", vm(1, `uuid=${UUID}`), {}, byUuid(UUID)],
    ["its UUID beside encoded values", vm(1, `base64=1,sku=QQ==,uuid=${UUID}`), {}, byUuid(UUID)],
    ["its UUID as it is written", vm(1, `uuid=${UUID.toUpperCase()}`), {}, byUuid(UUID.toUpperCase())],
    ["its UUID, fallback or not", vm(1, `uuid=${UUID}`), { uuidFallback: true }, byUuid(UUID)],
    ["its images where it has no UUID and that is allowed", vm(1), { uuidFallback: true }, byImage],
    ["its images where UUIDs are not used", vm(1, `uuid=${UUID}`), { useSmbios: false }, byImage],
    ["its images when it is a container", vm(1, undefined, { kind: "lxc" }), {}, byImage],
    ["its images when it is a container, whatever stands there", vm(1, `uuid=${UUID}`, { kind: "lxc" }), {}, byImage],
  ])("%s", (_, one, changes, identity) => {
    expect(identify([one], { ...rules, ...changes })).toEqual({ of: new Map([[1, identity]]), blind: [] });
  });
});

describe("a guest without a UUID", () => {
  it.each([undefined, "", "manufacturer=QEMU", "base64=1,manufacturer=UUVNVQ==", "uuid=1"])(
    "is refused, with the way out: %j",
    (smbios1) => {
      const { of, blind } = identify([vm(7, smbios1), vm(8, `uuid=${UUID}`)], rules);
      expect(of).toEqual(new Map([[8, byUuid(UUID)]]));
      expect(blind).toEqual([
        { about: "vm7 (7)", vmid: 7, because: "has no smbios UUID; give it one, or set uuid_fallback: true" },
      ]);
    },
  );
});

describe("guests that share a UUID", () => {
  const shared = `uuid=${UUID}`;

  it.each<[string, readonly ReadGuest[]]>([
    ["two", [vm(1, shared), vm(2, shared)]],
    ["three", [vm(1, shared), vm(2, shared), vm(3, shared)]],
    ["in capitals and small letters", [vm(1, shared), vm(2, `uuid=${UUID.toUpperCase()}`)]],
    ["encoded and not", [vm(1, shared), vm(2, `base64=1,uuid=${Buffer.from(UUID).toString("base64")}`)]],
    ["one runs, one does not", [vm(1, shared), vm(2, shared, { status: "stopped" })]],
    ["of one name", [vm(1, shared, { name: "web" }), vm(2, shared, { name: "web" })]],
    ["a template and its clone", [vm(1, shared, { config: { smbios1: shared, template: 1 } }), vm(2, shared)]],
  ])("are all refused, each naming all the others: %s", (_, guests) => {
    const lone = vm(9, `uuid=${OTHER_UUID}`);
    const { of, blind } = identify([...guests, lone], rules);
    expect(of).toEqual(new Map([[9, byUuid(OTHER_UUID)]]));
    expect(blind.map(({ vmid }) => vmid)).toEqual(guests.map(({ vmid }) => vmid));
    for (const { vmid, because } of blind) {
      expect(because).toMatch(/^has the same smbios UUID as .*; give all but one of them a new one$/);
      expect(because).toContain(UUID);
      for (const one of guests) expect(because.includes(`${one.name} (${one.vmid})`)).toBe(one.vmid !== vmid);
    }
  });

  it("are refused where a guest without one would be known by its images", () => {
    const { of, blind } = identify([vm(1, shared), vm(2, shared), vm(3)], { ...rules, uuidFallback: true });
    expect(of).toEqual(new Map([[3, byImage]]));
    expect(blind).toHaveLength(2);
  });

  it("go on where UUIDs are not used", () => {
    const { of, blind } = identify([vm(1, shared), vm(2, shared)], { ...rules, useSmbios: false });
    expect([of.get(1), of.get(2), blind]).toEqual([byImage, byImage, []]);
  });
});

it.each([
  [byUuid(UUID), "", { ident: UUID, disk: "scsi0" }],
  [byUuid(UUID), "b-", { ident: `b-${UUID}`, disk: "scsi0" }],
  [byImage, "", { ident: "ceph", disk: "vm-100-disk-0" }],
  [byImage, "b-", { ident: "b-ceph", disk: "vm-100-disk-0" }],
])("%j with the prefix %j has the key %j", (identity, prefix, key) => {
  expect(keyOf(identity, { storage: "ceph", image: "vm-100-disk-0", adapter: "scsi0" }, prefix)).toEqual(key);
});
