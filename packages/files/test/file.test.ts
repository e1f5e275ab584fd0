import { appendFileSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openFile } from "../src/index.ts";
import { at, gather, openGround } from "./fixture.ts";

test("any span of a file is read, and no more than that", async () => {
  const { tree } = await openGround("seq 200000 >file");
  await using file = await openFile(tree, at("file"));
  const whole = await gather(file.read({ from: 0n, to: file.size }));
  expect(BigInt(whole.length)).toBe(file.size);
  for (const [from, to] of [
    [0, 1],
    [5, 5],
    [262_143, 262_145],
    [1_000_000, 1_288_894],
  ] as const) {
    expect(await gather(file.read({ from: BigInt(from), to: BigInt(to) }))).toEqual(whole.subarray(from, to));
  }
});

test("the end of a file that is nearly all holes is there at once", async () => {
  const { tree } = await openGround("truncate -s 4T file; printf end >>file");
  await using file = await openFile(tree, at("file"));
  expect(file.size).toBe(4n * 1024n ** 4n + 3n);
  expect(String(await gather(file.read({ from: file.size - 5n, to: file.size })))).toBe("\0\0end");
});

test("a file that becomes shorter is no whole one", async () => {
  const { tree, root } = await openGround("head -c 1000000 /dev/zero >file");
  await using file = await openFile(tree, at("file"));
  truncateSync(`${root}/file`, 500_000);
  await expect(gather(file.read({ from: 0n, to: file.size }))).rejects.toMatchObject({ code: "refused" });
});

test("the tag is another one when the content is, and the same when it is not", async () => {
  const { tree, root } = await openGround("echo one >file");
  const tag = async () => {
    await using file = await openFile(tree, at("file"));
    return file.tag;
  };
  const first = await tag();
  expect(await tag()).toBe(first);
  appendFileSync(`${root}/file`, "more");
  const second = await tag();
  writeFileSync(`${root}/file`, "two\nmore");
  expect(new Set([first, second, await tag()]).size).toBe(3);
});

test("whoever stops in the middle leaves nothing open", async () => {
  const { tree } = await openGround("head -c 3000000 /dev/zero >file");
  const count = () => readdirSync("/proc/self/fd").length;
  const before = count();
  {
    await using file = await openFile(tree, at("file"));
    for await (const chunk of file.read({ from: 0n, to: file.size })) if (chunk.length > 0) break;
  }
  expect(count()).toBe(before);
});
