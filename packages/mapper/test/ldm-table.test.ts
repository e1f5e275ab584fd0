import { describe, expect, test } from "vitest";
import type { LdmDisk, LdmVolume } from "../src/programs/ldmtool.ts";
import { tablesOf } from "../src/programs/ldm-table.ts";

const DISKS = ["A", "B", "C"] as const;

function tables(type: string, present: readonly string[], chunk = 128): readonly string[] {
  const volume: LdmVolume = { name: "V", type, size: 2000, chunk, parts: [...DISKS] };
  const parts = DISKS.map((disk, index) => ({ name: `${disk}-01`, start: 10 * index, size: 1000, disk }));
  const disks = new Map<string, LdmDisk>(
    DISKS.map((id) => [id, { device: present.includes(id) ? `/dev/${id}` : undefined, start: 63 }]),
  );
  return tablesOf(volume, { name: "v", parts, disks }).flatMap(({ name, lines }) =>
    lines.map((line) => `${name}: ${line}`),
  );
}

describe("tables of dynamic volumes", () => {
  const slices = ["v_0: 0 1000 linear /dev/A 63", "v_1: 0 1000 linear /dev/B 73", "v_2: 0 1000 linear /dev/C 83"];
  const raid = (devices: string): string => `v: 0 2000 raid raid5_ls 2 128 nosync 3 ${devices}`;
  const [a, b, c] = ["/dev/mapper/v_0", "/dev/mapper/v_1", "/dev/mapper/v_2"];
  test.each<[string, string, readonly string[]]>([
    [
      "spanned",
      "ABC",
      ["v: 0 1000 linear /dev/A 63", "v: 1000 1000 linear /dev/B 73", "v: 2000 1000 linear /dev/C 83"],
    ],
    ["spanned", "AB", []],
    ["striped", "ABC", ["v: 0 2000 striped 3 128 /dev/A 63 /dev/B 73 /dev/C 83"]],
    ["striped", "BC", []],
    ["mirrored", "ABC", ["v: 0 2000 linear /dev/A 63"]],
    ["mirrored", "C", ["v: 0 2000 linear /dev/C 83"]],
    ["mirrored", "", []],
    ["raid5", "ABC", [...slices, raid(`- ${a} - ${b} - ${c}`)]],
    ["raid5", "AC", [slices[0]!, slices[2]!, raid(`- ${a} - - - ${c}`)]],
    ["raid5", "A", []],
    ["something new", "ABC", []],
  ])("%s with the disks %s", (type, present, lines) => expect(tables(type, [...present])).toEqual(lines));

  test("stripes without a size are not believed", () => expect(tables("striped", [...DISKS], 0)).toEqual([]));
});
