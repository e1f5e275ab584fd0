import { expect, it } from "vitest";
import { quote } from "../src/index.ts";

it.each([
  ["", "''"],
  ["a b", "'a b'"],
  ["it's", `'it'\\''s'`],
  ["$(id)\n`x`\\", "'$(id)\n`x`\\'"],
])("quotes %j", (text, word) => expect(quote(text)).toBe(word));

it("refuses NUL and names the argument", () => {
  expect(() => quote("a\0b")).toThrow("a\\x00b");
});
