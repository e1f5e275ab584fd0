import fc from "fast-check";
import { expect, test } from "vitest";
import { decodePath, encodePath, showName } from "../src/index.ts";

const read: readonly (readonly [text: string, names: readonly string[]])[] = [
  ["", []],
  ["/", []],
  ["p1/etc/passwd", ["p1", "etc", "passwd"]],
  ["//p1///etc/./x/", ["p1", "etc", "x"]],
  ["p1%2Fetc", ["p1", "etc"]],
  ["caf%E9", ["caf\xe9"]],
  ["ü", ["\xc3\xbc"]],
  ["a%0Ab%25c", ["a\nb%c"]],
  ["...", ["..."]],
  [".hidden/..x", [".hidden", "..x"]],
];

test.each(read)("%j is read as %j", (text, names) => {
  expect(decodePath(text).map((name) => name.toString("latin1"))).toEqual(names);
});

test.each(["..", "a/../b", "%2e%2e/x", "a%2f..", "%2E%2E%2F%2E%2E", "a%00b", "100%", "%zz", "x".repeat(4096)])(
  "%j is no path",
  (text) => {
    expect(() => decodePath(text)).toThrow(expect.objectContaining({ code: "usage" }));
  },
);

test("whatever bytes a name has, what is said of it leads back to it, and means nothing else to a URL", () => {
  const name = fc
    .uint8Array({ minLength: 1, maxLength: 20 })
    .map((bytes) => Buffer.from(bytes))
    .filter((bytes) => !bytes.includes(0) && !bytes.includes("/") && !/^\.\.?$/.test(bytes.toString("latin1")));
  fc.assert(
    fc.property(fc.array(name, { maxLength: 5 }), (path) => {
      const text = encodePath(path);
      expect(text).toMatch(/^[\w.~%/-]*$/);
      expect(decodePath(text)).toEqual(path);
      expect(new URL(`http://host/?path=${text}`).search).toBe(
        text === "" && path.length === 0 ? "?path=" : `?path=${text}`,
      );
    }),
  );
});

const shown: readonly (readonly [name: Buffer, text: string])[] = [
  [Buffer.from("plain name"), "plain name"],
  [Buffer.from("fünf 日本"), "fünf 日本"],
  [Buffer.from("caf\xe9", "latin1"), "caf\\xe9"],
  [Buffer.from("\xff\n<b>", "latin1"), "\\xff\\x0a<b>"],
  [Buffer.from("a\nb\t\u001b[31m"), "a\\x0ab\\x09\\x1b[31m"],
  [Buffer.from("\u202egnp.exe"), "\\u202egnp.exe"],
];

test.each(shown)("%s is shown as %s", (name, text) => {
  expect(showName(name)).toBe(text);
});
