import { expect, it } from "vitest";
import { createTail } from "../src/lines.ts";

it.each<[string, string[], string[], string]>([
  ["lines", ["a\nb\n"], ["a", "b"], "a\nb\n"],
  ["a line in pieces", ["a", "b\n", "c"], ["ab", "c"], "ab\nc\n"],
  ["redraws", ["1%\r2%\r", "3%\rdone\n"], ["1%", "2%", "3%", "done"], "done\n"],
  ["an unfinished redraw", ["1%\r2%\r"], ["1%", "2%"], "2%\n"],
  ["CR LF, cut in the middle", ["a\r", "\nb\r\n"], ["a", "b"], "a\nb\n"],
  ["a character cut in the middle", ["\xc3", "\xa4\n"], ["ä"], "ä\n"],
  ["more than the limit", ["123456789\n", "abcdefghij\n"], ["123456789", "abcdefghij"], "bcdefghij\n"],
  ["nothing", [], [], ""],
])("reads %s", (_, chunks, expected, text) => {
  const lines: string[] = [];
  const tail = createTail(10, (line) => lines.push(line));
  for (const chunk of chunks) tail.push(Buffer.from(chunk, "latin1"));
  tail.end();
  expect(lines).toEqual(expected);
  expect(tail.text()).toBe(text);
});

it("leaves out what is no last word, redraws included", () => {
  const tail = createTail(100, (line) => !line.startsWith("zstd"));
  tail.push(Buffer.from("rbd: lost\nzstd 1%\rzstd 2%\rzstd: done\n"));
  tail.end();
  expect(tail.text()).toBe("rbd: lost\n");
});

it("does not keep an endless line", () => {
  const tail = createTail(10);
  for (let round = 0; round < 100; round++) tail.push(Buffer.from("x".repeat(1000)));
  expect(tail.text()).toBe("x".repeat(10));
});
