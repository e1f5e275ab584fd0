import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { BackurneError, describeError, printable } from "../src/index.ts";

vi.setConfig({ testTimeout: 60_000 }); // properties on a busy machine

const rows: readonly [string, string][] = [
  ["web01", "web01"],
  ["a;b%20c $(id) 'q' \"q\" \\", "a;b%20c $(id) 'q' \"q\" \\"],
  ["ünï 😀 日本", "ünï 😀 日本"],
  ["a\nb", "a\\x0ab"],
  ["a\r\tb\0", "a\\x0d\\x09b\\x00"],
  ["\u001b[2J\u001b]0;evil\u0007", "\\x1b[2J\\x1b]0;evil\\x07"],
  ["\u007f\u0085\u009b31m", "\\x7f\\x85\\x9b31m"],
  ["one\u2028two\u2029", "one\\u2028two\\u2029"],
  // Text that is shown in another order than it is.
  ["\u202etxt.exe\u202c \u2066x\u2069", "\\u202etxt.exe\\u202c \\u2066x\\u2069"],
  ["\u200fa\u200eb\u061c", "\\u200fa\\u200eb\\u061c"],
];
test.each(rows)("%j is shown as %s", (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test("whatever comes in, one line without control characters comes out, and what was printable stays", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const shown = printable(text);
      expect(shown).toMatch(/^[^\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/u);
      expect(printable(shown)).toBe(shown);
    }),
  );
});

test("an error in one line, whatever was thrown", () => {
  expect(describeError(new BackurneError("refused", " no "))).toBe("no");
  expect(describeError(new TypeError(""))).toBe("TypeError");
  expect(describeError("text")).toBe("text");
  expect(describeError(undefined)).toBe("undefined");
  const error = new BackurneError("held", "busy", { hint: "wait", cause: 7 });
  expect([error.code, error.hint, error.cause, error.name]).toEqual(["held", "wait", 7, "BackurneError"]);
  expect("cause" in new BackurneError("held", "busy")).toBe(false);
});
