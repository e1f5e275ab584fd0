import { CommandError } from "@backurne/exec";
import { describe, expect, test } from "vitest";
import { bounded } from "../src/programs/bounded.ts";
import { parseMounts } from "../src/programs/kernel.ts";
import { parseDisk, parseGroup, parseLdmVolume, parsePart } from "../src/programs/ldmtool.ts";
import { describeTrouble, isDynamic, parsePartitions, parseProbe } from "../src/programs/look.ts";
import { parseMember, parseVolumes } from "../src/programs/lvm.ts";

describe("blkid", () => {
  test.each([
    ["a file system", "DEVNAME=/dev/nbd0p1\nLABEL=rootfs\nUUID=1\nTYPE=ext4\n", { type: "ext4", label: "rootfs" }],
    ["a partition table", "DEVNAME=/dev/nbd0\nPTUUID=901ce95f\nPTTYPE=dos\n", { table: "dos", tableId: "901ce95f" }],
    ["a datastore", "VERSION=6\nTYPE=VMFS_volume_member\n", { type: "VMFS_volume_member", version: "6" }],
    [
      "a label with all a shell could take for more",
      "LABEL=a\\ b\\$\\(x\\)=c\nTYPE=vfat\n",
      { type: "vfat", label: "a b$(x)=c" },
    ],
    ["no label", "LABEL=\nTYPE=swap\n", { type: "swap" }],
  ])("%s", (_, text, found) => expect(parseProbe(text)).toEqual(found));
});

const table = (more: object): string => JSON.stringify({ partitiontable: { label: "dos", unit: "sectors", ...more } });
const partition = (node: string, more: object = {}) => ({ node, start: 2048, size: 100, type: "83", ...more });

describe("sfdisk", () => {
  test.each([
    ["names that end in digits", partition("/dev/nbd0p12"), { number: 12, start: 2048, size: 100, type: "83" }],
    [
      "types in capitals",
      partition("/dev/dm-3p1", { type: "5808c8aa-7e8f" }),
      { number: 1, start: 2048, size: 100, type: "5808C8AA-7E8F" },
    ],
  ])("%s", (_, row, found) => expect(parsePartitions(table({ sectorsize: 512, partitions: [row] }))).toEqual([found]));

  test("a disk with sectors of 4096 bytes", () => {
    const text = table({ sectorsize: 4096, partitions: [partition("/dev/nbd0p1", { start: 6, size: 10 })] });
    expect(parsePartitions(text)).toMatchObject([{ start: 48, size: 80 }]);
  });

  test("an empty table, and one that is no table", () => {
    expect(parsePartitions(table({}))).toEqual([]);
    expect(() => parsePartitions("{}")).toThrow();
  });

  test.each([
    ["83", false],
    ["42", true],
    ["5808C8AA-7E8F-42E0-85D2-E1E90434CFB3", true],
  ])("type %s is one of Windows' dynamic disks: %s", (type, dynamic) =>
    expect(isDynamic([{ number: 1, start: 0, size: 1, type }])).toBe(dynamic),
  );
});

const report = (kind: string, rows: readonly object[]): string => JSON.stringify({ report: [{ [kind]: rows }] });

describe("LVM", () => {
  const member = { vg_uuid: "u", vg_name: "vg", pv_uuid: "p", pv_count: "2" };
  test.each([
    ["a member", [member], { id: "u", name: "vg", member: "p", count: 2 }],
    ["a volume of no group", [{ ...member, vg_name: "" }], undefined],
    ["nothing", [], undefined],
  ])("%s", (_, rows, found) => expect(parseMember(report("pv", rows))).toEqual(found));

  const volume = (lv_name: string, lv_layout: string, lv_active = "active") => ({
    lv_name,
    lv_layout,
    lv_active,
    lv_size: "4194304",
    lv_dm_path: `/dev/mapper/vg-${lv_name}`,
  });
  test.each([
    ["linear", volume("root", "linear"), [true]],
    ["thin", volume("thin", "thin,sparse"), [true]],
    ["a pool", volume("pool", "thin,pool"), []],
    ["with a cache", volume("cached", "cache"), [true]],
    ["a cache that is no volume's", volume("fast", "cache,pool", ""), []],
    ["not active", volume("off", "linear", ""), [false]],
  ])("%s", (_, row, active) => expect(parseVolumes(report("lv", [row])).map((one) => one.active)).toEqual(active));

  test("sizes are bytes", () =>
    expect(parseVolumes(report("lv", [volume("root", "linear")]))).toMatchObject([
      { name: "root", device: "/dev/mapper/vg-root", size: 4194304 },
    ]));
});

describe("programs that are held to a limit", () => {
  const command = bounded({ file: "sfdisk", args: ["--json", "/dev/nbd0"], answers: [1] });
  const failed = (code: number, stderr: string) =>
    new CommandError("failed", { stages: [{ ...command, code, signal: undefined, stderr }] });
  test.each([
    ["the program is not there", 127, "prlimit: failed to execute sfdisk", "sfdisk is not installed (Debian: fdisk)"],
    ["it fails", 1, "sfdisk: cannot open /dev/nbd0: Input/output error", /^sfdisk: cannot open/],
  ])("%s", (_, code, stderr, why) => expect(describeTrouble(failed(code, stderr))).toMatch(why));

  test("run with their own words and answers", () =>
    expect(command).toMatchObject({ args: expect.arrayContaining(["--", "sfdisk", "--json"]), answers: [1] }));
});

describe("ldmtool", () => {
  test("a group, a volume, a partition, disks", () => {
    expect(parseGroup('{"name":"g","guid":"x","volumes":["V"],"disks":["D"]}')).toEqual({
      volumes: ["V"],
      disks: ["D"],
    });
    const volume =
      '{"name":"Raid1","guid":"x","type":"RAID5","size":8,"chunk-size":128,"hint":"I:","partitions":["a"]}';
    expect(parseLdmVolume(volume)).toEqual({ name: "Raid1", type: "raid5", size: 8, chunk: 128, parts: ["a"] });
    expect(parsePart('{"name":"D-1","start":0,"size":9,"disk":"D"}')).toEqual({
      name: "D-1",
      start: 0,
      size: 9,
      disk: "D",
    });
    const present = '{"name":"D","guid":"i","present":true,"device":"/dev/nbd0","data-start":63,"data-size":1}';
    expect(parseDisk(present)).toEqual({ device: "/dev/nbd0", start: 63 });
    expect(parseDisk('{"name":"D","guid":"i","present":false}')).toEqual({ device: undefined, start: 0 });
  });
});

test("mounts, with blanks in their names", () => {
  const line = "36 35 43:1 / /run/a\\040b rw,noatime shared:1 master:2 - ext4 /dev/nbd0p1 rw\n";
  expect(parseMounts(line)).toEqual([{ at: "/run/a b", number: "43:1", source: "/dev/nbd0p1" }]);
});
