import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Command, createGroupRunner, type GroupRunnerOptions, parseSideBySide, sideBySide } from "../src/index.ts";
import { executor, failureOf, scratch, sh } from "./fixture.ts";

describe("commands side by side", () => {
  const runAll = async (commands: readonly Command[], width = 20) =>
    parseSideBySide((await executor.run([sideBySide(commands, width)])).stdout);

  it("frames any output, and every exit code", async () => {
    const commands = [
      sh("printf 'a\\0\\377\\n1 2 3\\n'; printf 'err\\n\\n' >&2; exit 3"),
      sh("true"),
      sh("cat; kill -9 $$"),
      { file: "no-such-program", args: [] },
      sh("printf 1; exit 255"),
    ];
    const answers = await runAll(commands);
    expect(answers.map(({ code }) => code)).toEqual([3, 0, 137, 127, 255]);
    expect(answers[0]?.stdout).toEqual(Buffer.from("a\0\xff\n1 2 3\n", "latin1"));
    expect(answers[0]?.stderr.toString()).toBe("err\n\n");
    expect(answers[1]?.stdout).toHaveLength(0);
    expect(answers[3]?.stderr.toString()).toContain("not found");
    expect(answers[4]?.stdout.toString()).toBe("1");
  });

  it.each([1, 2, 3, 20])("runs each once, in order, at width %i", async (width) => {
    const answers = await runAll(
      Array.from({ length: 7 }, (_, index) => sh(`echo ${index}`)),
      width,
    );
    expect(answers.map(({ stdout }) => stdout.toString())).toEqual(["0\n", "1\n", "2\n", "3\n", "4\n", "5\n", "6\n"]);
  });

  it("never takes an argument for script, nor a file for a builtin", async () => {
    const canary = scratch()("canary");
    const nasty = [
      "",
      "$(touch " + canary + ")",
      "`touch " + canary + "`",
      "a\nb",
      "'; touch " + canary,
      "-n",
      "3",
      "*",
    ];
    const answers = await runAll([sh(`printf '%s\\0' "$@"`, ...nasty), { file: "exit", args: ["0"] }]);
    expect(answers[0]?.stdout.toString().split("\0").slice(0, -1)).toEqual(nasty);
    expect(answers[1]?.code).toBe(127);
    expect(existsSync(canary)).toBe(false);
  });

  it("gives each its own environment", async () => {
    const answers = await runAll([{ ...sh("echo $A"), env: { A: "x y" } }, sh("echo $A")]);
    expect(answers.map(({ stdout }) => stdout.toString())).toEqual(["x y\n", "\n"]);
  });

  it.each(["", "aGVsbG8=", Buffer.from("1\n0\n5\n0\nabc").toString("base64")])("refuses a cut answer: %j", (stdout) => {
    expect(() => parseSideBySide(stdout)).toThrow("are cut");
  });
});

describe("a group runner", () => {
  /** Counts the processes of the transport, and how many there are at once. */
  const create = (options?: GroupRunnerOptions) => {
    const seen = { runs: 0, now: 0, most: 0 };
    const counting: typeof executor = {
      async run(...args) {
        seen.runs++;
        seen.most = Math.max(seen.most, ++seen.now);
        return executor.run(...args).finally(() => seen.now--);
      },
    };
    const run = createGroupRunner(counting, { place: "here", wrap: (pipeline) => pipeline }, options);
    return { run, seen };
  };
  const times = <T>(count: number, make: (index: number) => T) =>
    Array.from({ length: count }, (_, index) => make(index));

  it("runs 50 calls of one moment in 3 groups, and gives each its own result", async () => {
    const { run, seen } = create();
    const results = await Promise.all(times(50, (index) => run(sh(`sleep 0.2; echo ${index}`))));
    expect(results.map(({ stdout }) => Number(stdout))).toEqual(times(50, (index) => index));
    expect(seen).toMatchObject({ runs: 3, most: 3 });
  });

  it("settles each as if it had run alone", async () => {
    const { run } = create();
    const answering = { ...sh("echo gone >&2; exit 2"), answers: [2] };
    const failing = { file: "bash", args: ["-c", "printf '1%%\\r2%%\\rbroken\\n' >&2; exit 2"] };
    const [good, answer, bad] = await Promise.allSettled([run(sh("echo ok")), run(answering), run(failing)]);
    expect(good).toMatchObject({ value: { stdout: "ok\n", code: 0, stages: [{ file: "bash", code: 0, stderr: "" }] } });
    expect(answer).toMatchObject({ value: { code: 2, stages: [{ stderr: "gone" }] } });
    expect(bad).toMatchObject({
      reason: {
        code: "command",
        failed: 0,
        message: expect.stringMatching(/ on here failed with exit code 2: broken$/),
        stages: [{ ...failing, code: 2, stderr: "broken" }],
      },
    });
  });

  it("runs a single call without the script", async () => {
    const { run } = create();
    expect((await failureOf(run(sh("kill -9 $$")))).stages[0]?.signal).toBe("SIGKILL");
  });

  it("lets calls wait for the group under way, and then go together", async () => {
    const { run, seen } = create();
    const first = run(sh("sleep 0.3"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const later = times(5, (index) => run(sh(`echo ${index}`)));
    await Promise.all([first, ...later]);
    expect(seen).toMatchObject({ runs: 2, most: 1 });
  });

  it("starts a full group beside the one under way", async () => {
    const { run, seen } = create({ width: 4 });
    const first = run(sh("sleep 0.5"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await Promise.all([first, ...times(4, () => run(sh("sleep 0.1")))]);
    expect(seen).toMatchObject({ runs: 2, most: 2 });
  });

  it("keeps lanes apart, and all of them below the number of sessions", async () => {
    const { run, seen } = create({ width: 1, perLane: 2, sessions: 3 });
    await Promise.all(times(12, (index) => run(sh("sleep 0.1"), `lane ${index % 3}`)));
    expect(seen).toMatchObject({ runs: 12, most: 3 });
  });

  it("splits what would not fit into one argument", async () => {
    const { run, seen } = create();
    const big = "'".repeat(4000);
    const results = await Promise.all(times(6, () => run(sh('printf %s "$1"', big))));
    for (const { stdout } of results) expect(stdout).toBe(big);
    expect(seen.runs).toBeGreaterThan(1);
  });

  it("rejects all of a group that gave no answer, and goes on", async () => {
    const { run } = create({ timeout: 500 });
    const both = await Promise.all([failureOf(run(sh("sleep 600"))), failureOf(run(sh("true")))]);
    for (const error of both) expect(error.message).toContain("no answer within 0.5 s");
    expect((await run(sh("echo again"))).stdout).toBe("again\n");
  });

  it("stops with its signal", async () => {
    const controller = new AbortController();
    const { run } = create({ signal: controller.signal });
    const both = [run(sh("sleep 600")), run(sh("sleep 600"))].map((call) =>
      expect(call).rejects.toMatchObject({ code: "interrupted" }),
    );
    setTimeout(() => controller.abort(), 100);
    await Promise.all(both);
    await expect(run(sh("true"))).rejects.toMatchObject({ code: "interrupted" });
  });
});
