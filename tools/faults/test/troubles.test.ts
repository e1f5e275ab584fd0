import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { does, type Trouble } from "../src/index.ts";
import { openBench, type End } from "./open.ts";

interface Row {
  readonly trouble: Trouble;
  readonly end: Partial<End>;
  /** Whether the real program did its work. undefined: as it happens. */
  readonly works: boolean | undefined;
  readonly kills?: boolean;
}

const answer = "real import x\n";
const rows: readonly Row[] = [
  { trouble: "program killed", end: { signal: "SIGKILL" }, works: undefined },
  { trouble: "tool killed before", end: { code: 1, stdout: "" }, works: false, kills: true },
  { trouble: "tool killed after", end: { code: 0, stdout: answer }, works: true, kills: true },
  { trouble: "tool stopped", end: { code: 0, stdout: answer }, works: true },
  { trouble: "fails", end: { code: 17, stdout: "" }, works: false },
  { trouble: "fails afterwards", end: { code: 17, stdout: answer }, works: true },
  { trouble: "lies", end: { code: 0, stdout: "" }, works: false },
  { trouble: "cut", end: { code: 0, stdout: answer.slice(0, 7) }, works: true },
  { trouble: "garbage", end: { code: 0 }, works: true },
  { trouble: "late", end: { code: 0, stdout: answer }, works: true },
  { trouble: "no space", end: { code: 28, stdout: "" }, works: false },
];

test.each(rows)("$trouble", async ({ trouble, end, works, kills = false }) => {
  const bench = await openBench();
  const tool = spawn("sleep", ["600"]);
  const killed = new Promise<unknown>((resolve) => tool.once("exit", (_, signal) => resolve(signal)));
  await bench.set({ where: "backup", when: "import", does: does(trouble, { seconds: 0.2, code: 17 }), once: true });
  await bench.aim(tool.pid as number);
  const got = await bench.run("rbd import x", { input: "bytes" });
  expect(got).toMatchObject(end);
  expect(got.stdout.length > 0 && !answer.startsWith(got.stdout)).toBe(trouble === "garbage");
  expect(await bench.struck()).toBe(1);
  if (works !== undefined) expect(await bench.done()).toEqual(works ? ["rbd import x < bytes"] : []);
  if (!kills) tool.kill("SIGTERM");
  expect(await killed).toBe(kills ? "SIGKILL" : "SIGTERM");
});

test("a tool that is stopped is woken, though all that the program leaves behind in its group is ended", async () => {
  const bench = await openBench();
  const tool = spawn("sleep", ["600"]);
  const killed = new Promise<unknown>((resolve) => tool.once("exit", (_, signal) => resolve(signal)));
  await bench.set({ where: "live", when: "export", does: does("tool stopped", { seconds: 0.5 }), once: true });
  await bench.aim(tool.pid as number);
  // As the far end of a connection is ended: by its group.
  const program = spawn(join(bench.dir, "live", "rbd"), ["export"], { detached: true, stdio: "ignore" });
  await once(program, "close");
  spawnSync("kill", ["-9", "--", `-${program.pid}`]);
  tool.kill("SIGTERM");
  expect(await killed).toBe("SIGTERM");
});

test("of an answer that is empty nothing can be cut, and so nothing has struck", async () => {
  const bench = await openBench();
  await bench.set({ where: "backup", when: "x", does: does("cut").replaceAll('"$real"', "true"), once: true });
  expect((await bench.run("rbd x")).code).toBe(0);
  expect(await bench.struck()).toBe(0);
});

test("there is no space for more than the beginning of a stream", async () => {
  const bench = await openBench();
  await bench.set({ where: "backup", when: "import-diff", does: does("no space") });
  expect((await bench.run("rbd import-diff", { input: "x".repeat(60_000) })).code).toBe(28);
  expect((await bench.done())[0]).toHaveLength("rbd import-diff < ".length + 50_000);
});
