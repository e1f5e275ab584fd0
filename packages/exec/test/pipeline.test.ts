import { createHash, randomBytes } from "node:crypto";
import { readdirSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createExecutor, type Pipeline } from "../src/index.ts";
import { executor, failureOf, scratch, sh } from "./fixture.ts";

describe("a pipeline", () => {
  it("answers with the stdout of its last stage and the end of every stage", async () => {
    const result = await executor.run([sh("echo one; echo sideways >&2"), sh("cat; echo two")]);
    expect(result).toMatchObject({ stdout: "one\ntwo\n", code: 0 });
    expect(result.stages.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, "sideways"],
      [0, ""],
    ]);
  });

  it.each([0, 1, 2])("fails when stage %i fails", async (bad) => {
    const stages = [0, 1, 2].map((index) =>
      sh(
        index === 0
          ? `echo x; ${index === bad ? "echo why >&2; exit 3" : ""}`
          : `cat; ${index === bad ? "echo why >&2; exit 3" : ""}`,
      ),
    );
    const error = await failureOf(executor.run(stages as unknown as Pipeline));
    expect(error.failed).toBe(bad);
    expect(error.message).toContain("failed with exit code 3: why");
    expect(error.stages[bad]).toMatchObject({ code: 3, stderr: "why" });
  });

  it("fails when a stage is killed", async () => {
    const error = await failureOf(executor.run([sh("kill -9 $$"), sh("cat")]));
    expect(error.message).toContain("was ended by SIGKILL");
    expect(error.stages[0]).toMatchObject({ code: undefined, signal: "SIGKILL" });
  });

  it("names the stage that failed, not those that lost their reader", async () => {
    const error = await failureOf(executor.run([sh("cat /dev/zero"), sh("cat; exit"), sh("echo full >&2; exit 4")]));
    expect(error.failed).toBe(2);
    expect(error.stages[0]?.signal).toBe("SIGPIPE");
  });

  it("does not wait for a quiet stage whose reader failed", async () => {
    const error = await failureOf(executor.run([sh("sleep 600"), sh("exit 4")]));
    expect(error.failed).toBe(1);
    expect(error.stages[0]?.signal).toBe("SIGTERM");
  });

  it("carries 150 times 8 MiB through three stages unchanged", { timeout: 120_000 }, async () => {
    const file = scratch()("data");
    const data = randomBytes(8 << 20);
    writeFileSync(file, data);
    const sum = createHash("sha256").update(data).digest("hex");
    const lane = async () => {
      for (let round = 0; round < 50; round++) {
        const { stdout } = await executor.run([{ file: "cat", args: [file] }, sh("cat"), sh("sha256sum")]);
        expect(stdout).toBe(`${sum}  -\n`);
      }
    };
    await Promise.all([lane(), lane(), lane()]);
  });

  it("is a kernel pipe at every stage", async () => {
    const look = sh("readlink /proc/self/fd/0 >&2; cat");
    const { stages } = await executor.run([look, look, look], { input: "" });
    for (const { stderr } of stages) expect(stderr).toMatch(/^pipe:\[\d+\]$/);
  });

  it("lets a slow stage open /dev/stdin after the writer has gone", async () => {
    const { stdout } = await executor.run([sh("echo early"), sh("sleep 0.2; exec cat /dev/stdin")]);
    expect(stdout).toBe("early\n");
  });

  it.each([1, 1 << 20])("feeds %i bytes to the first stage", async (size) => {
    const { stdout } = await executor.run([sh("wc -c </dev/stdin")], { input: "x".repeat(size) });
    expect(stdout.trim()).toBe(String(size));
  });

  it("does not mind a first stage that reads nothing", async () => {
    const { stdout } = await executor.run([sh("echo ok")], { input: "x".repeat(1 << 20) });
    expect(stdout).toBe("ok\n");
  });

  it("has an empty stdin, or one that stays open", async () => {
    const ask = sh("read -t 0.3; echo $?");
    expect((await executor.run([ask])).stdout).toBe("1\n");
    expect((await executor.run([ask], { holdStdin: true })).stdout).toBe("142\n");
  });

  it("hands argv over as it is", async () => {
    const nasty = ["", " ", "$(id)", "`id`", "a\nb", "-n", "--", "'\"\\", "*", "ü\u{1f512}", "x".repeat(100_000)];
    const { stdout } = await executor.run([sh(`printf '%s\\0' "$@"`, ...nasty)]);
    expect(stdout.split("\0").slice(0, -1)).toEqual(nasty);
    await expect(executor.run([sh("true", "a\0b")])).rejects.toMatchObject({ code: "usage" });
  });

  it("runs everything in C and UTC, with the environment it was given and no other", async () => {
    const given = createExecutor({ env: { PATH: "/usr/bin:/bin", TZ: "Asia/Tokyo", A: "1", B: "2" } });
    const { stdout } = await given.run([{ file: "env", args: [], env: { B: "3" } }], { env: { C: "4" } });
    expect(stdout.trim().split("\n").toSorted()).toEqual([
      "A=1",
      "B=3",
      "C=4",
      "LC_ALL=C",
      "PATH=/usr/bin:/bin",
      "TZ=UTC",
    ]);
  });

  it("takes the answers of a command for what they are", async () => {
    const ask = { ...sh("echo gone >&2; exit 2"), answers: [2] };
    expect(await executor.run([ask])).toMatchObject({ code: 2, stages: [{ stderr: "gone" }] });
    await failureOf(executor.run([{ ...ask, answers: [3] }]));
  });

  it("says which program is missing, and what to do", async () => {
    const error = await failureOf(executor.run([sh("cat"), { file: "no-such-program", args: ["-x"] }]));
    expect(error.message).toBe('cannot run no-such-program -x: there is no program "no-such-program"');
    expect(error.hint).toContain("installed");
    expect(error.failed).toBe(1);
  });

  it("names a program whose arguments are too long", async () => {
    const error = await failureOf(executor.run([{ file: "true", args: ["x".repeat(1 << 20)] }]));
    expect(error.message).toContain("its arguments are too long");
  });

  it("keeps a bounded end of stderr, and of redrawn lines the last state", async () => {
    const lines: string[] = [];
    const noisy = sh(`for i in {1..3000}; do printf 'step %d\\r' $i >&2; done; echo the end >&2; exit 1`);
    const long = sh(`head -c 100000 /dev/zero | tr '\\0' x >&2; echo >&2; echo last >&2; exit 1`);
    const error = await failureOf(executor.run([noisy], { onStderr: (line) => lines.push(line) }));
    expect(error.stages[0]?.stderr).toBe("the end");
    expect(lines).toHaveLength(3001);
    const { stages } = await failureOf(executor.run([long]));
    expect(stages[0]?.stderr.length).toBeLessThanOrEqual(4096);
    expect(stages[0]?.stderr).toMatch(/x\nlast$/);
  });

  it("tells lines of stderr with their stage", async () => {
    const lines: unknown[] = [];
    const onStderr = (line: string, stage: number) => lines.push([stage, line]);
    await executor.run([sh("echo a >&2"), sh("cat; printf b >&2")], { onStderr });
    expect(lines.toSorted()).toEqual([
      [0, "a"],
      [1, "b"],
    ]);
  });

  it("fails on more output than it may keep", async () => {
    const error = await failureOf(executor.run([sh("cat /dev/zero")], { maxStdout: 100_000 }));
    expect(error.message).toContain("more than 100000 bytes of output");
  });

  it("does not wait for a grandchild that keeps stderr open", async () => {
    const { stdout } = await executor.run([sh("setsid sleep 3 >/dev/null & echo started")]);
    expect(stdout).toBe("started\n");
  });

  it("leaves no descriptor behind", async () => {
    const count = () => readdirSync("/proc/self/fd").length;
    const all = async () => {
      const commit = { into: 1, allow: async () => true };
      await executor.run([sh("printf xe"), sh("cat")], { commit, holdStdin: true });
      await failureOf(executor.run([sh("printf x"), sh("cat")], { commit }));
      await failureOf(executor.run([{ file: "no-such-program", args: [] }, sh("cat")], { input: "x" }));
      await expect(
        executor.run([sh("sleep 600"), sh("cat")], { signal: AbortSignal.timeout(100) }),
      ).rejects.toMatchObject({ code: "interrupted" });
    };
    await all();
    const before = count();
    for (let round = 0; round < 5; round++) await all();
    expect(count()).toBe(before);
  });
});
