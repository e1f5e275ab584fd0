import { describe, expect, test } from "vitest";
import { divide } from "../src/kinds/partitions.ts";
import type { Partition } from "../src/types.ts";

const entry = (number: number, start: number, size: number, type = "83"): Partition => ({ number, start, size, type });

/** On a disk of 1000 sectors. */
function sum(...partitions: readonly Partition[]): readonly string[] {
  const contents = { table: "dos", partitions };
  const { inside, left } = divide({ device: "/dev/nbd0", name: "disk", on: [], size: 512_000, contents });
  return [...inside.map((one) => `${one.number}: ${one.start}+${one.size}`), ...left.map(({ device }) => device)];
}

describe("what a partition table says", () => {
  test.each([
    ["fits", [entry(1, 1, 9), entry(2, 10, 990)], ["1: 1+9", "2: 10+990"]],
    ["ends outside of the disk", [entry(1, 1, 1000)], ["1: 1+999"]],
    ["is somewhere else", [entry(1, 1000, 1), entry(2, 2, 1)], ["2: 2+1", "partition 1"]],
    ["is a container, or nothing", [entry(1, 1, 99, "5"), entry(2, 1, 0), entry(5, 2, 9)], ["5: 2+9"]],
  ])("%s", (_, partitions, expected) => expect(sum(...partitions)).toEqual(expected));

  test("has no end", () => {
    const all = sum(...Array.from({ length: 16_384 }, (_, index) => entry(index + 1, index % 1000, 1)));
    expect([all.length, ...all.slice(127)]).toEqual([129, "128: 127+1", "16256 more partitions"]);
  });
});
