import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

test("the README shows the test that runs", () => {
  const [, shown] = /ten-years[\s\S]*?```ts\n([\s\S]*?)```/.exec(read("../README.md")) ?? [];
  expect(shown).toBe(read("ten-years.test.ts"));
});

test("dayjs is the only dependency", () => {
  expect(Object.keys(JSON.parse(read("../package.json")).dependencies)).toEqual(["dayjs"]);
});

test("no source reads a clock, a file or the environment", () => {
  for (const file of readdirSync(new URL("../src", import.meta.url))) {
    expect([file, read(`../src/${file}`).match(/Date\.now|new Date\(\)|dayjs(\.utc)?\(\)|node:|process\./)]).toEqual([
      file,
      null,
    ]);
  }
});
