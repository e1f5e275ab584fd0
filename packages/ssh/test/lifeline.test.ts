import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createExecutor } from "@backurne/exec";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { helperTransport } from "../src/index.ts";
import { isAlive, read, sh, until } from "./processes.ts";

/** A helper command that is local, and gives away nothing of our environment. */
const helper = helperTransport({ cmd: "env", args: ["-i", "PATH=/usr/bin:/bin"] });
const executor = createExecutor();
const bulk = { lifeline: true };

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "backurne-lifeline-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe("on a life line", () => {
  const run = (...stages: Parameters<typeof helper.wrap>[0]) =>
    executor.run(helper.wrap(stages, bulk), { holdStdin: true });

  it("output and exit code arrive, stdin is empty", async () => {
    expect(await run(sh("cat; echo out; echo err >&2"))).toMatchObject({
      stdout: "out\n",
      stages: [{ stderr: "err" }],
    });
    expect(await run({ ...sh("echo gone >&2; exit 2"), answers: [2] })).toMatchObject({ code: 2 });
    await expect(run(sh("kill -9 $$"))).rejects.toMatchObject({ stages: [{ code: 137, stderr: "" }] });
    await expect(run({ file: "no-such-program", args: [] })).rejects.toMatchObject({ stages: [{ code: 127 }] });
  });

  it.each([0, 1, 2])("stage %i failing is seen", async (bad) => {
    const [first, second, third] = [0, 1, 2].map((index) => sh(`cat; ${index === bad ? "echo why >&2; exit 3" : ""}`));
    await expect(run(first!, second!, third!)).rejects.toMatchObject({ stages: [{ code: 3, stderr: "why" }] });
  });

  it("a background process that stays in the group does not keep us", async () => {
    expect((await run(sh("sleep 600 & echo started"))).stdout).toBe("started\n");
  });

  it.each([
    ["one command", [sh('sleep 600 & echo $$ $! >"$1/pids"; exec sleep 600')]],
    ["a pipeline", [sh('sleep 600 & echo $$ $! >"$1/pids"; wait'), sh("cat")]],
    ["what ignores SIGTERM", [sh(`trap '' TERM; sleep 600 & echo $$ $! >"$1/pids"; wait`), sh("cat")]],
  ])("%s ends when stdin ends", async (_, [first, ...rest]) => {
    const controller = new AbortController();
    const source = { ...first!, args: [...first!.args, directory] };
    const running = executor.run(helper.wrap([source, ...rest], bulk), { holdStdin: true, signal: controller.signal });
    const ended = expect(running).rejects.toMatchObject({ code: "interrupted" });
    const pids = await pidsIn(directory);
    controller.abort();
    await ended;
    await sleep(1000); // for the kernel: whoever was told to end has ended before the run did
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it("a command can clean up before it ends", async () => {
    const controller = new AbortController();
    const source = sh(`trap 'echo cleaned >"$1/cleaned"; exit' TERM; echo $$ >"$1/pids"; while :; do sleep 0.05; done`);
    const command = { ...source, args: [...source.args, directory] };
    const running = executor.run(helper.wrap([command], bulk), { holdStdin: true, signal: controller.signal });
    const ended = expect(running).rejects.toMatchObject({ code: "interrupted" });
    await pidsIn(directory);
    controller.abort();
    await ended;
    expect(read(`${directory}/cleaned`)).toBe("cleaned\n");
  });

  it("a stdin that is closed from the start says so", async () => {
    const running = executor.run(helper.wrap([sh("exec sleep 600")], bulk));
    await expect(running).rejects.toMatchObject({ message: expect.stringContaining("standard input ended") });
  });
});

async function pidsIn(where: string): Promise<readonly number[]> {
  await until(() => read(`${where}/pids`).endsWith("\n"));
  return read(`${where}/pids`).trim().split(" ").map(Number);
}
