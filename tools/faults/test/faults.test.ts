import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { openBench, start } from "./open.ts";

test("programs without a fault do their work, are noted, and end as they do", async () => {
  const bench = await openBench();
  expect(await bench.run("rbd snap create x", { input: "words" })).toMatchObject({
    code: 0,
    stdout: "real snap create x\n",
  });
  expect(await bench.run("rados bad", { side: "live" })).toMatchObject({ code: 3 });
  expect(await bench.calls()).toEqual([
    { where: "backup", program: "rbd", args: "snap create x" },
    { where: "live", program: "rados", args: "bad" },
  ]);
  expect(await bench.done()).toEqual(["rbd snap create x < words", "rados bad"]);
  expect(await bench.struck()).toBe(0);
});

test("a fault strikes on its side, in its program, at its words", async () => {
  const bench = await openBench();
  await bench.set({ where: "live", program: "rados", when: "get .*index", does: "exit 9" });
  expect((await bench.run("rados get an index", { side: "live" })).code).toBe(9);
  expect((await bench.run("rados get an index")).code).toBe(0);
  expect((await bench.run("rbd get an index", { side: "live" })).code).toBe(0);
  expect((await bench.run("rados get that", { side: "live" })).code).toBe(0);
  expect(await bench.struck()).toBe(1);
});

test.each([
  { only: {}, codes: [9, 9, 9, 9] },
  { only: { once: true }, codes: [9, 0, 0, 0] },
  { only: { nth: 3 }, codes: [0, 0, 9, 0] },
  { only: { nth: 3, andLater: true }, codes: [0, 0, 9, 9] },
])("$only: it strikes at these calls only", async ({ only, codes }) => {
  const bench = await openBench();
  await bench.set({ where: "backup", program: "any", when: "a", does: "exit 9", ...only });
  const seen: (number | undefined)[] = [];
  for (const program of ["rbd", "rados", "rbd", "zstd"]) seen.push((await bench.run(`${program} a`)).code);
  expect(seen).toEqual(codes);
  expect(await bench.struck()).toBe(codes.filter((code) => code === 9).length);
});

test("of calls that come at one moment, exactly one is the first", async () => {
  const bench = await openBench();
  await bench.set({ where: "backup", when: "a", does: "exit 9", once: true });
  const ends = await Promise.all(Array.from({ length: 12 }, () => bench.run("rbd a")));
  expect(ends.filter(({ code }) => code === 9)).toHaveLength(1);
});

test("what ssh runs over there meets the faults of the live side", async () => {
  const bench = await openBench();
  await bench.set({ where: "live", when: "export", does: "echo struck; exit 9" });
  const over = (script: string) => start(`${bench.dir}/backup/ssh`, ["host", `exec bash -c '${script}'`]);
  expect(await over("rbd export")).toMatchObject({ code: 9, stdout: "struck\n" });
  expect((await bench.calls()).map(({ where, program }) => `${where} ${program}`)).toEqual(["backup ssh", "live rbd"]);
});

test("who waits to be told which process the tool is, does not wait longer than the test", async () => {
  const bench = await openBench();
  await bench.set({ where: "backup", when: "a", does: 'kill -9 "$(tool)"; exit 9' });
  const waiting = bench.run("rbd a");
  while ((await bench.struck()) === 0) await sleep(20);
  await bench[Symbol.asyncDispose]();
  expect((await waiting).code).toBe(9);
});
