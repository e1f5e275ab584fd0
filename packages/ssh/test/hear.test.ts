import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { compress, hearZstd } from "../src/index.ts";

test.each([
  ["1.5, large", String.raw`/*stdin*\            :100.00%   (   286 MiB =>    286 MiB, /*stdout*\)  `, 286 * 2 ** 20],
  ["1.5, small", String.raw`/*stdin*\            :  0.00%   (  28.6 MiB =>   1.01 KiB, /*stdout*\)  `, 1034],
  ["1.5, empty", String.raw`/*stdin*\            :  (     0 B =>     13 B, /*stdout*\)`, 13],
  ["1.4", String.raw`/*stdin*\            : 61.26%   (3000000 => 1837851 bytes, /*stdout*\) `, 1_837_851],
])("zstd %s says what it wrote", (_, line, wire) => {
  expect(hearZstd(line)).toEqual({ wire });
});

test.each([
  "*** Zstandard CLI (64-bit) v1.5.4, by Yann Collet ***",
  "*** zstd command line interface 64-bits v1.4.8, by Yann Collet ***",
])("%s: nothing to know", (line) => {
  expect(hearZstd(line)).toEqual({});
});

test.each(["rbd: export-diff error: (2) No such file or directory", "zstd: error 70", "", "a => 4 MiB, b"])(
  "%s: somebody else's line",
  (line) => {
    expect(hearZstd(line)).toBeUndefined();
  },
);

test("the zstd of this machine is understood", () => {
  const input = Buffer.alloc(3_000_000, "a little text, again and again");
  const { there } = compress([{ file: "true", args: [] }]);
  const { file, args } = there.at(-1)!;
  const { stdout, stderr } = spawnSync(file, args, { input });
  const heard = stderr.toString().split("\n").filter(Boolean).map(hearZstd);
  expect(heard).not.toContain(undefined);
  const { wire = 0 } = heard.at(-1) ?? {};
  expect(Math.abs(wire / stdout.length - 1)).toBeLessThan(0.006);
});
