import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { type Command, createExecutor, type Executor, type RunOptions } from "../src/index.ts";
import { failureOf, scratch, sh } from "./fixture.ts";

const yes: RunOptions = { commit: { into: 1, allow: async () => true } };

/** The filter is perl where there is one, else Node. */
const executors: Record<string, () => Executor> = {
  perl: () => createExecutor(),
  Node: () => createExecutor({ env: { PATH: withoutPerl() } }),
};

describe.each(Object.entries(executors))("a commit through %s", (name, create) => {
  let executor: Executor;
  beforeEach(() => {
    executor = create();
  });
  const receive = (path: string): Command => sh('exec cat /dev/stdin >"$1"', path);
  const run = async (source: Command, options: RunOptions) => {
    const path = scratch()("received");
    const outcome = await executor.run([source, receive(path)], options).catch((error: unknown) => error);
    return { outcome, received: readFileSync(path, "latin1") };
  };

  it(`uses ${name}`, async () => {
    let filter = "";
    const allow = async () => {
      filter = (await createExecutor().run([sh("ps -o args= --ppid $PPID")])).stdout;
      return true;
    };
    await executor.run([sh("printf xe"), sh("cat")], { commit: { into: 1, allow } });
    expect(filter.includes("sysread")).toBe(name === "perl");
    expect(filter.includes("readSync")).toBe(name === "Node");
  });

  it("passes the same bytes when it is held to a rate, and rests for it", async () => {
    const path = scratch()("data");
    const data = Buffer.concat([randomBytes(300_000), Buffer.from("e")]);
    writeFileSync(path, data);
    const started = performance.now();
    const { received } = await run(sh('cat "$1"', path), {
      commit: { into: 1, allow: async () => true, bytesPerSecond: 1_000_000 },
    });
    expect(Buffer.from(received, "latin1").equals(data)).toBe(true);
    // A lower bound holds on any machine: 300 kB at 1 MB/s cannot be there sooner.
    expect(performance.now() - started).toBeGreaterThan(290);
  });

  it.each([1, 2, 65536, 65537, (1 << 20) + 1, 5_000_001])("passes a stream of %i bytes", async (size) => {
    const path = scratch()("data");
    const data = Buffer.concat([randomBytes(size - 1), Buffer.from("e")]);
    writeFileSync(path, data);
    const totals: number[] = [];
    const source = { file: "cat", args: [path] };
    const { received } = await run(source, { ...yes, onBytes: (total) => totals.push(total) });
    expect(createHash("sha256").update(received, "latin1").digest("hex")).toBe(
      createHash("sha256").update(data).digest("hex"),
    );
    expect(totals.at(-1)).toBe(size);
    expect(totals).toEqual(totals.toSorted((a, b) => a - b));
  });

  it.each([
    ["a stream that ends in another byte", "printf abcef", "abce", /refused: the stream ends in byte 0x66/],
    ["a stream cut right after an e that is not the last", "printf 'abce\\n'", "abce", /0x0a/],
    ["an empty stream", "true", "", /refused: the stream is empty/],
    ["a stream that ends well, of a stage that fails", "printf abcde; exit 3", "abcd", /refused: .*exit code 3/],
    ["a stream that ends well, of a stage that is killed", "printf abcde; kill -9 $$", "abcd", /refused: .*SIGKILL/],
    ["a cut stream of a stage that fails", "printf abc; echo lost >&2; exit 3", "ab", /exit code 3: lost/],
  ])("refuses %s", async (_, script, expected, message) => {
    const { outcome, received } = await run(sh(script), yes);
    expect(outcome).toMatchObject({ code: "command", commit: "refused", message: expect.stringMatching(message) });
    expect(received).toBe(expected);
  });

  it("refuses a stage whose exit code is an answer, but not 0", async () => {
    const { outcome, received } = await run({ ...sh("printf abcde; exit 3"), answers: [3] }, yes);
    expect(outcome).toMatchObject({ commit: "refused" });
    expect(received).toBe("abcd");
  });

  it("waits for the source to end before it asks", async () => {
    const path = scratch()("log");
    const allow = async () => readFileSync(path, "utf8") === "ended\n";
    const { received } = await run(sh('printf abcde; exec >&-; sleep 0.3; echo ended >"$1"', path), {
      commit: { into: 1, allow },
    });
    expect(received).toBe("abcde");
  });

  it.each<[string, () => Promise<boolean>, unknown]>([
    ["false", async () => false, undefined],
    ["a rejection", () => Promise.reject(new Error("lease lost")), { message: "lease lost" }],
    [
      "an exception",
      () => {
        throw new Error("lease lost");
      },
      { message: "lease lost" },
    ],
  ])("holds the byte back on %s", async (_, allow, cause) => {
    const { outcome, received } = await run(sh("printf abcde"), { commit: { into: 1, allow } });
    expect(outcome).toMatchObject({ code: "command", commit: "not-allowed" });
    if (cause !== undefined) expect(outcome).toMatchObject({ cause, message: expect.stringContaining("lease lost") });
    expect(received).toBe("abcd");
  });

  it("reads bytes, whatever the environment says about text", async () => {
    const bytes = "\\303\\244\\377\\0e";
    const env = { PERL_UNICODE: "SDA", PERL5OPT: "-MNoSuchModule", NODE_OPTIONS: "--no-such-option" };
    const { received } = await run(sh(`printf '${bytes}'`), { ...yes, env });
    expect(received).toBe("\xc3\xa4\xff\0e");
  });

  it("never asks when the stream is bad", async () => {
    let asked = 0;
    const allow = async () => ++asked > 0;
    await run(sh("printf abcde; exit 1"), { commit: { into: 1, allow } });
    await run(sh("printf abc"), { commit: { into: 1, allow } });
    expect(asked).toBe(0);
  });

  it("names a receiver that refuses the stream", async () => {
    const error = await failureOf(executor.run([sh("cat /dev/zero"), sh("echo exists >&2; exit 17")], yes));
    expect(error).toMatchObject({
      commit: "refused",
      failed: 1,
      message: expect.stringContaining("exit code 17: exists"),
    });
  });

  it("names a receiver that fails after the commit, which then was no refusal", async () => {
    const error = await failureOf(executor.run([sh("printf xe"), sh("cat; exit 5")], yes));
    expect(error).toMatchObject({ commit: undefined, failed: 1 });
  });

  it("ends a quiet source when the receiver has ended", async () => {
    const error = await failureOf(executor.run([sh("sleep 600"), sh("exit 17")], yes));
    expect(error).toMatchObject({ commit: "refused", failed: 1 });
  });

  it("sees a failing stage behind one that ends well", async () => {
    const path = scratch()("received");
    const commit = { into: 2, allow: async () => true };
    const error = await failureOf(executor.run([sh("printf abcde; exit 3"), sh("cat"), receive(path)], { commit }));
    expect(error).toMatchObject({ commit: "refused", failed: 0 });
    expect(readFileSync(path, "utf8")).toBe("abcd");
  });
});

describe("a commit", () => {
  it.each([0, 2, -1])("needs a stage to go into: %i", async (into) => {
    const run = createExecutor().run([sh("printf e"), sh("cat")], { commit: { into, allow: async () => true } });
    await expect(run).rejects.toMatchObject({ code: "unexpected" });
  });
});

/** A directory of links to the programs the tests need. */
function withoutPerl(): string {
  const path = scratch()("bin");
  mkdirSync(path);
  for (const name of ["bash", "cat", "sleep"]) symlinkSync(`/bin/${name}`, `${path}/${name}`);
  return path;
}
