import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { executor, failureOf, sh } from "./fixture.ts";

async function* lines(count: number, stop?: Error): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < count; at += 1) yield Buffer.from(`${at}\n`);
  if (stop) throw stop;
}

describe("what a pipeline is given and prints may be streams", () => {
  it("passes all of it on, and keeps nothing", async () => {
    const output = new PassThrough();
    const printed = text(output);
    const { stdout } = await executor.run([sh("cat"), sh("wc -l; echo end")], { input: lines(50_000), output });
    expect([stdout, await printed]).toEqual(["", "50000\nend\n"]);
  });

  it("waits for whoever reads slowly", async () => {
    const output = new PassThrough({ highWaterMark: 1024 });
    const run = executor.run([sh("head -c 5000000 /dev/zero")], { output });
    let read = 0;
    for await (const chunk of output) {
      if (read === 0) await sleep(50);
      read += (chunk as Buffer).length;
    }
    await run;
    expect(read).toBe(5_000_000);
  });

  it("is rejected when the giver breaks, and its program is not left to believe that this was all", async () => {
    const input = lines(10, new Error("the disk is gone"));
    const error = await failureOf(executor.run([sh("sleep 0.2; cat; sleep 600")], { input }));
    expect(error.message).toContain("the disk is gone");
    expect(error.stages[0]?.signal).toBe("SIGTERM");
  });

  it("ends what it was given for its output, whatever comes of it", async () => {
    const missing = new PassThrough();
    const aborted = new PassThrough();
    await failureOf(executor.run([{ file: "no-such-program", args: [] }], { output: missing }));
    await expect(executor.run([sh("true")], { output: aborted, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "interrupted",
    });
    expect([await text(missing), await text(aborted)]).toEqual(["", ""]);
  });

  it("can be stopped when nobody reads what it prints", async () => {
    const output = new PassThrough();
    const stop = new AbortController();
    const run = executor.run([sh("cat /dev/zero")], { output, signal: stop.signal });
    const ended = expect(run).rejects.toMatchObject({ code: "interrupted" });
    while (output.readableLength === 0) await sleep(10);
    await sleep(100);
    stop.abort();
    await ended;
  });

  it("lets its giver go when nobody wants more", async () => {
    let given = 0;
    let ended = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (; ; given += 1) yield Buffer.alloc(4096);
      } finally {
        ended = true;
      }
    }
    await executor.run([sh("head -c 10000 >/dev/null")], { input: endless() });
    while (!ended) await sleep(10);
    expect(given).toBeLessThan(1000);
  });
});
