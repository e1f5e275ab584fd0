import { expect, test } from "vitest";
import { holdingWith } from "../src/index.ts";
import { openBench } from "./open.ts";

test.each([
  ["before", []],
  ["after", ["rbd snap create"]],
] as const)("a program is held %s its work", async (when, done) => {
  const bench = await openBench();
  const point = await holdingWith(bench).hold({ when, pattern: "snap create" });
  const held = bench.run("rbd snap create");
  await point.reached;
  expect(await bench.done()).toEqual(done);
  expect((await bench.run("rbd snap rm")).code).toBe(0);
  await point.go();
  expect((await held).code).toBe(0);
  expect(await bench.done()).toContain("rbd snap create");
});

test("an abandoned program ends as if it had never been started", async () => {
  const bench = await openBench();
  const holding = holdingWith(bench);
  const point = await holding.holdCall(2);
  expect(point.isReached()).toBe(false);
  expect((await bench.run("rbd one")).code).toBe(0);
  const held = [bench.run("rados two"), bench.run("rbd three")];
  await point.reached;
  await point.abandon();
  expect((await Promise.all(held)).map(({ code }) => code)).toEqual([1, 1]);
  expect(await bench.done()).toEqual(["rbd one"]);
});

test("an import is held in the middle of its input", async () => {
  const bench = await openBench();
  const point = await holdingWith(bench).holdImport(4);
  const held = bench.run("rbd import-diff x", { input: "12345678" });
  await point.reached;
  expect(await bench.done()).toEqual([]);
  await point.go();
  expect((await held).code).toBe(0);
  expect(await bench.done()).toEqual(["rbd import-diff x < 12345678"]);
});
