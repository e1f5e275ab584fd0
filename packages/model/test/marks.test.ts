import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { areMarks, formatBase, hasMarks, markKey, parseMarks } from "../src/index.ts";

vi.setConfig({ testTimeout: 60_000 }); // properties on a busy machine

test("marks are read; what is not ours is left alone, JSON or not", () => {
  const source = { fsid: "f", pool: "rbd", namespace: "", image: "disk;1", id: "10ab" };
  const gone = { since: "2026-11-01T00:00:00Z", last: "2026-11-02T00:00:00Z", runs: 2, fsid: "f" };
  expect(
    parseMarks({
      "backurne.v": "1",
      "backurne.source": JSON.stringify(source),
      "backurne.gone": JSON.stringify(gone),
      "backurne.encoded": "true",
      "backurne.intervals": `{"db6h":21600000}`,
      "backurne.hold.backup;daily;30;2026-11-23T04:00:00.000Z": `"until 2027-01-01 audit"`,
      "backurne.hold.by.hand": "true",
      "backurne.something-of-tomorrow": "not JSON, not known",
      backurne: "{",
      conf_rbd_cache: "{",
      ".rbd_something": "x",
    }),
  ).toEqual({
    v: 1,
    source,
    gone,
    encoded: true,
    intervals: { db6h: 21_600_000 },
    holds: { "backup;daily;30;2026-11-23T04:00:00.000Z": "until 2027-01-01 audit", "by.hand": true },
  });
});

test("the base says its source; a mark of its own, as earlier versions wrote it, is older", () => {
  const base = { name: "a", id: 4, shared: [{ name: "a", id: 4 }] };
  const source = { fsid: "f", pool: "rbd", namespace: "", image: "disk", id: "10ab" };
  const read = (metadata: Record<string, string>) => parseMarks({ "backurne.v": "1", ...metadata });
  const mark = formatBase(base, source);
  const words = '"source":{"fsid":"f","pool":"rbd","namespace":"","image":"disk","id":"10ab"}';
  expect(mark).toBe(`{"name":"a","id":4,"shared":[{"name":"a","id":4}],${words}}`);
  expect(read({ "backurne.base": mark })).toEqual({ v: 1, base, source });
  const earlier = JSON.stringify({ ...source, id: "9" });
  expect(read({ "backurne.base": mark, "backurne.source": earlier })).toEqual({ v: 1, base, source });
  expect(read({ "backurne.base": JSON.stringify(base), "backurne.source": earlier })).toEqual({
    v: 1,
    base,
    source: { ...source, id: "9" },
  });
  expect(read({ "backurne.base": JSON.stringify(base) })).toEqual({ v: 1, base });
});

const SOURCE = `"fsid":"f","pool":"rbd","namespace":"","image":"disk","id":"10ab"`;

describe("a value of ours that we did not write", () => {
  test.each([
    ["base", `{"fsid": ${"x".repeat(200)}`],
    ["source", "null"],
    ["source", `{"fsid":"f","pool":"rbd","image":"disk","id":"10ab"}`],
    ["base", `{"name":"a","id":4}`],
    ["base", `{"name":"a","shared":[{"id":4}]}`],
    ["base", `{"name":"a","shared":[{"name":"a","twins":"b"}]}`],
    ["base", `{"name":"a","shared":[],"source":{"fsid":"f"}}`],
    ["encoded", `"yes"`],
    ["source", `{${SOURCE},"shape":{"size":4,"objectSize":"4M","features":[]}}`],
    ["source", `{${SOURCE},"shape":{"size":4,"objectSize":4,"features":"layering"}}`],
    ["unproved", "true"],
    ["gone", `{"since":"x","last":"y","runs":"3","fsid":"f"}`],
    ["intervals", `{"db6h":"6h"}`],
    ["intervals", `{"db6h":{"interval":1,"before":[{"interval":2,"upTo":"3"}]}}`],
    ["intervals", `{"db6h":{"before":[]}}`],
    ["base", `{"name":"x","shared":[],"volume":[{"at":"x","bytes":4,"wire":"2"}]}`],
    ["counts", `{"daily":7}`],
    ["counts", `{"daily":{"count":-1,"upTo":4,"at":"x"}}`],
    ["counts", `{"daily":{"count":7,"upTo":"4","at":"x"}}`],
    ["counts", `{"daily":{"count":7,"interval":"6h","upTo":4,"at":"x"}}`],
    ["v", "one"],
    ["hold.x;y;1;z", "until tomorrow"],
  ])("%s: %s is named, and the others are read", (name, value) => {
    const marks = parseMarks({ "backurne.suspect": `"why"`, [`backurne.${name}`]: value });
    expect(marks).toEqual({ suspect: "why", unreadable: `backurne.${name} is ${value.slice(0, 80)}` });
    expect(areMarks(marks)).toBe(false);
  });

  test("several are named together", () => {
    expect(parseMarks({ "backurne.v": "x", "backurne.gone": "y" }).unreadable).toBe(
      "backurne.v is x, backurne.gone is y",
    );
  });
});

test("marks out of a copy are what they should be, or no marks", () => {
  const base = { name: "a", id: 4, shared: [{ name: "a", id: 4, twins: ["b"] }] };
  expect(areMarks({ v: 1, base, intervals: { db6h: 1, fine: { interval: 1, before: [] } }, suspect: [1] })).toBe(true);
  for (const value of [undefined, null, 1, "x", [], { base: { name: "a" } }, { intervals: [] }]) {
    expect(areMarks(value), JSON.stringify(value)).toBe(false);
  }
});

test("no marks is no marks", () => {
  expect(parseMarks({})).toEqual({});
  expect(hasMarks(undefined)).toBe(false);
  expect(hasMarks(parseMarks({ conf_rbd_cache: "false" }))).toBe(false);
  expect(hasMarks(parseMarks({ "backurne.v": "1" }))).toBe(true);
});

test("a hold stands under the name of its snapshot, whatever that is", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constant("__proto__")), fc.jsonValue(), (snapshot, value) => {
      const { holds } = parseMarks({ [`backurne.hold.${snapshot}`]: JSON.stringify(value) });
      expect(Object.entries(holds ?? {})).toEqual([[snapshot, JSON.parse(JSON.stringify(value))]]);
    }),
  );
});

test("keys", () => {
  expect(markKey("base")).toBe("backurne.base");
});
