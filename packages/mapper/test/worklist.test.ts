import { describe, expect, test } from "vitest";
import { createNames } from "../src/site.ts";
import type { Contents, Target } from "../src/types.ts";
import { isAsked } from "../src/walk.ts";
import { claimNext, whyLeft } from "../src/worklist.ts";

const target = (name: string, contents: Contents, more: Partial<Target> = {}): Target => ({
  device: `/dev/${name}`,
  name,
  on: [],
  size: 1,
  contents,
  ...more,
});
const partitions = [{ number: 1, start: 2048, size: 1, type: "83" }];
const member = (member_: string, count = 2): Contents => ({
  type: "LVM2_member",
  volumeGroup: { id: "vg", name: "vg", member: member_, count },
});
const dynamic = (id: string): Contents => ({ table: "dos", partitions, diskGroup: { id: "g", member: id } });
const flat = (path: string) => target(path, {}, { device: path, file: `/at/${path}` });

/** Layer and devices of each claim, one after the other, as if none showed anything new. */
function claims(targets: readonly Target[], vmdk?: string): readonly string[] {
  const claim = claimNext(targets, { vmdk });
  if (claim === undefined) return [];
  const rest = targets.filter((one) => !claim.targets.includes(one));
  return [`${claim.layer} ${claim.targets.map(({ name }) => name).join("+")}`, ...claims(rest, vmdk)];
}

describe("what is opened next", () => {
  test.each<[string, readonly Target[], readonly string[], string?]>([
    ["a partition table", [target("a", { table: "gpt", partitions })], ["partitions a"]],
    ["an empty table", [target("a", { table: "gpt", partitions: [] })], []],
    [
      "file systems of the list",
      [target("a", { type: "xfs" }), target("b", { type: "ntfs" })],
      ["filesystem a", "filesystem b"],
    ],
    [
      "others",
      ["swap", "crypto_LUKS", "linux_raid_member", "zfs_member", "toString"].map((type) => target(type, { type })),
      [],
    ],
    [
      "a file system where a table could be, too",
      [target("a", { type: "vfat", table: "dos", partitions })],
      ["filesystem a"],
    ],
    [
      "groups come last",
      [target("a", member("1")), target("b", member("2")), target("c", { type: "ext4" })],
      ["filesystem c", "lvm a+b"],
    ],
    ["a group without one of its members", [target("a", member("1"))], ["lvm a"]],
    [
      "copies of a group",
      ["1", "2", "1", "2"].map((id, index) => target(`d${index}`, member(id))),
      ["lvm d0+d1", "lvm d2+d3"],
    ],
    ["dynamic disks are no partitions", [target("a", dynamic("1")), target("b", dynamic("2"))], ["ldm a+b"]],
    ["copies of a dynamic disk", [target("a", dynamic("1")), target("b", dynamic("1"))], ["ldm a", "ldm b"]],
    ["a datastore", [target("a", { type: "VMFS_volume_member" })], ["vmfs a"]],
    ["virtual disks nobody asked for", [flat("w/w-flat.vmdk")], []],
    ["the one that is asked for", [flat("w/w-flat.vmdk"), flat("d/d-flat.vmdk")], ["vmdk d/d-flat.vmdk"], "d"],
    ["one that could not be looked at", [target("w", { trouble: "gone" }, { file: "/at/w" })], [], "all"],
    ["all", [flat("w/w-flat.vmdk"), flat("d/d-flat.vmdk")], ["vmdk w/w-flat.vmdk", "vmdk d/d-flat.vmdk"], "all"],
  ])("%s", (_, targets, expected, vmdk) => expect(claims(targets, vmdk)).toEqual(expected));
});

describe("why something is left", () => {
  test.each<[Contents, string | undefined]>([
    [{ type: "swap" }, undefined],
    [{}, "nothing on it that is known"],
    [{ trouble: "blkid is not installed (Debian: util-linux)" }, "blkid is not installed (Debian: util-linux)"],
    [{ type: "crypto_LUKS" }, "encrypted: cryptsetup open asks for its passphrase"],
    [{ type: "LVM2_member" }, "a physical volume of no volume group"],
    [{ type: "zfs_member" }, "zfs_member is not opened"],
    [{ table: "gpt", partitions: [] }, "its partition table is empty"],
    [{ table: "PMBR" }, "its GUID partition table is damaged"],
  ])("%o: %s", (contents, why) => expect(whyLeft(target("a", contents))).toBe(why));
});

describe("which disk of a datastore is meant", () => {
  test.each([
    ["web01", true],
    ["web01.vmdk", true],
    ["web01-flat.vmdk", true],
    ["store/web01.vmdk", true],
    ["all", true],
    [undefined, false],
    ["web0", false],
    ["other/web01", false],
  ])("%s: %s", (asked, found) => expect(isAsked("store/web01-flat.vmdk", asked)).toBe(found));
});

describe("names that a guest chose", () => {
  const unique = createNames();
  test.each([
    ["vg_guest-root", "vg_guest-root"],
    ["vg_guest-root", "vg_guest-root-2"],
    ["../../etc", "_._.._etc"],
    ["-rf", "_rf"],
    ["a b\u001b$(x)", "a_b___x_"],
    ["ä".repeat(200), "_".repeat(80)],
  ])("%j: %s", (given, name) => expect(unique(given)).toBe(name));

  test("mount points have names of their own", () =>
    expect(unique("vg_guest-root", "mount points")).toBe("vg_guest-root"));
});
