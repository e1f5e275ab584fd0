import { BackurneError } from "@backurne/model";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseBoolean, parsePropertyString } from "../src/property-string.ts";

describe("a property string", () => {
  it.each<[string, Record<string, string>]>([
    ["ceph:vm-100-disk-0,size=32G", { file: "ceph:vm-100-disk-0", size: "32G" }],
    ["file=ceph:vm-100-disk-0,size=32G", { file: "ceph:vm-100-disk-0", size: "32G" }],
    ["size=32G,ceph:vm-100-disk-0", { size: "32G", file: "ceph:vm-100-disk-0" }],
    ["1", { file: "1" }],
    ["manufacturer=UUVNVQ==,base64=1", { manufacturer: "UUVNVQ==", base64: "1" }],
    ["a=b=c=", { a: "b=c=" }],
    ["a=1,,b=2, ,", { a: "1", b: "2" }],
    ["a=x y", { a: "x y" }],
    ["", {}],
  ])("%j", (text, values) => {
    expect(Object.fromEntries(parsePropertyString(text, "file"))).toEqual(values);
  });

  it.each([
    ["one,two", /file stands in it twice/],
    ["file=one,two", /file stands in it twice/],
    ["a=1,a=2", /a stands in it twice/],
    ["a=", /"a=" lacks its key or value/],
    ["=1", /"=1" lacks its key or value/],
    ["a=1,=", /"=" lacks its key or value/],
  ])("%j is refused", (text, shown) => {
    expect(() => parsePropertyString(text, "file")).toThrow(BackurneError);
    expect(() => parsePropertyString(text, "file")).toThrow(shown);
  });

  it("is quoted in an error, but not at any length", () => {
    expect(() => parsePropertyString(`${"x".repeat(10_000)},y`, "file")).toThrow(/^.{1,300}$/s);
  });

  it("gives back what it was made of, in any order", () => {
    const value = fc.string({ minLength: 1 }).filter((text) => !text.includes(","));
    const keyless = value.filter((text) => !text.includes("=") && text.trim() !== "");
    const name = fc.stringMatching(/^[a-z][a-z0-9_-]*$/).filter((text) => text !== "file");
    const values = fc.dictionary(name, value);
    fc.assert(
      fc.property(values, keyless, fc.nat(), (named, bare, at) => {
        const parts = Object.entries(named).map(([key, text]) => `${key}=${text}`);
        parts.splice(at % (parts.length + 1), 0, bare);
        expect(Object.fromEntries(parsePropertyString(parts.join(), "file"))).toEqual({ ...named, file: bare });
      }),
    );
  });

  it("loses nothing of a text that it takes", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "b", "=", ",", " ", "\n", "é") }), (text) => {
        const parts = text.split(",").filter((part) => part.trim() !== "");
        try {
          const read = [...parsePropertyString(text, "")];
          expect(read.map(([key, value]) => (key === "" ? value : `${key}=${value}`))).toEqual(parts);
        } catch (error) {
          if (!(error instanceof BackurneError)) throw error;
          const keys = parts.map((part) => (part.includes("=") ? part.slice(0, part.indexOf("=")) : ""));
          const odd = parts.some((part) => part.startsWith("=") || part.indexOf("=") === part.length - 1);
          expect(odd || new Set(keys).size < keys.length).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

it.each([
  [["1", "on", "yes", "true", "On", "TRUE"], true],
  [["0", "off", "no", "false", "No"], false],
  [["", "2", "01", "y", " 1", "1\n", "yes please", undefined], undefined],
])("%j is %s", (words, meaning) => {
  for (const word of words) expect([word, parseBoolean(word)]).toEqual([word, meaning]);
});
