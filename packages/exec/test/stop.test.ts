import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { executor, failureOf, isAlive, scratch, sh, until } from "./fixture.ts";

describe("stopping a run", () => {
  it("starts nothing when it was interrupted before", async () => {
    const reason = new Error("Ctrl-C");
    const run = executor.run([sh("echo x")], { signal: AbortSignal.abort(reason) });
    await expect(run).rejects.toMatchObject({ code: "interrupted", cause: reason });
  });

  it("ends every stage with its children", async () => {
    const file = scratch()("pid");
    const controller = new AbortController();
    const run = executor.run([sh(`sleep 600 & echo $! >"$1"; wait`, file), sh("cat")], { signal: controller.signal });
    const ended = expect(run).rejects.toMatchObject({ code: "interrupted", cause: "enough" });
    await until(() => read(file).endsWith("\n"));
    controller.abort("enough");
    await ended;
    await until(() => !isAlive(Number(read(file)))); // init reaps it
  });

  it("kills what ignores SIGTERM", async () => {
    const file = scratch()("ready");
    const controller = new AbortController();
    const run = executor.run([sh(`trap '' TERM; echo >"$1"; while :; do sleep 1; done`, file)], controller);
    const ended = expect(run).rejects.toMatchObject({ code: "interrupted" });
    await until(() => read(file) !== "");
    controller.abort();
    await ended;
  });

  it("takes no exit 0 of a stage it has ended for success", async () => {
    const controller = new AbortController();
    const polite = sh("trap 'exit 0' TERM; echo ready >&2; while :; do sleep 0.05; done");
    const run = executor.run([polite], { signal: controller.signal, onStderr: () => controller.abort() });
    await expect(run).rejects.toMatchObject({ code: "interrupted" });
  });

  it("gives up after the timeout", async () => {
    const error = await failureOf(executor.run([sh("echo waiting >&2; exec sleep 600")], { timeout: 300 }));
    expect(error.message).toContain("no answer within 0.3 s");
    expect(error.stages[0]).toMatchObject({ signal: "SIGTERM", stderr: "waiting" });
  });

  it("is a failure, not an interruption, when a stage had failed before", async () => {
    const controller = new AbortController();
    const failing = sh("echo broken >&2; exit 9");
    const run = executor.run([sh("sleep 600"), failing], {
      signal: controller.signal,
      onStderr: () => setTimeout(() => controller.abort(), 300),
    });
    expect((await failureOf(run)).message).toContain("exit code 9: broken");
  });

  it("signals no receiver: its input ends", async () => {
    const file = scratch()("log");
    const controller = new AbortController();
    const receiver = sh(
      `trap 'echo signalled >>"$1"' TERM; echo ready >>"$1"; cat >/dev/null; sleep 0.2; echo ended >>"$1"; exit 74`,
      file,
    );
    const run = executor.run([sh("echo data; sleep 600"), receiver], {
      signal: controller.signal,
      commit: { into: 1, allow: async () => true },
    });
    const ended = expect(run).rejects.toMatchObject({ code: "interrupted" });
    await until(() => read(file) !== "");
    controller.abort();
    await ended;
    expect(read(file)).toBe("ready\nended\n");
  });

  it("changes nothing after the commit", async () => {
    const controller = new AbortController();
    const receiver = sh("cat; echo received >&2; sleep 0.3");
    const result = await executor.run([sh("printf xe"), receiver], {
      signal: controller.signal,
      commit: { into: 1, allow: async () => true },
      onStderr: () => controller.abort(),
    });
    expect(result.stdout).toBe("xe");
  });

  it("is not why a receiver fails after the commit", async () => {
    const controller = new AbortController();
    const receiver = sh("cat; echo received >&2; sleep 0.3; exit 5");
    const run = executor.run([sh("printf xe"), receiver], {
      signal: controller.signal,
      commit: { into: 1, allow: async () => true },
      onStderr: () => controller.abort(),
    });
    expect((await failureOf(run)).message).toContain("exit code 5");
  });

  const stuck = (text: string) => sh(`cat; echo ${text} >&2; exec sleep 600`);
  const readsNothing = sh("echo blocked >&2; exec sleep 600");

  it.each([
    ["stopped in the middle of a stream", sh("echo data; exec sleep 600"), readsNothing, "interrupted"],
    ["stopped after the commit", sh("printf xe"), stuck("received"), "command"],
  ])("kills a receiver that does not end: %s", async (_, source, receiver, code) => {
    const controller = new AbortController();
    const run = executor.run([source, receiver], {
      signal: controller.signal,
      commit: { into: 1, allow: async () => true, patience: 200 },
      onStderr: () => controller.abort(),
    });
    await expect(run).rejects.toMatchObject({ code });
  });

  it("kills a receiver that does not end although its input has", async () => {
    const commit = { into: 1, allow: async () => false, patience: 200 };
    const error = await failureOf(executor.run([sh("printf xe"), stuck("waits")], { commit }));
    expect(error).toMatchObject({ commit: "not-allowed", stages: [{ code: 0 }, { signal: "SIGKILL" }] });
  });

  it("wins over a condition that is still being asked", async () => {
    const controller = new AbortController();
    const answer = Promise.withResolvers<boolean>();
    const file = scratch()("received");
    const allow = () => {
      controller.abort();
      return answer.promise;
    };
    const receiver = sh('cat >"$1"', file);
    const run = executor.run([sh("printf xe"), receiver], { signal: controller.signal, commit: { into: 1, allow } });
    await expect(run).rejects.toMatchObject({ code: "interrupted" });
    answer.resolve(true);
    expect(read(file)).toBe("x");
  });
});

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
