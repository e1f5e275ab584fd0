import { describe, expect, test } from "vitest";
import { holdKey, holdOfChain, holdOfPoint, parseMarks, readHold, readTrashMark } from "../src/index.ts";

const NOW = Date.parse("2026-11-02T12:00:00Z");
const NAME = "backup;daily;30;2026-11-01T01:00:00.000Z";

describe("a hold", () => {
  test.each<[string, unknown, boolean]>([
    ["without end", {}, true],
    ["until later", { until: "2026-11-02T12:00:00.001Z" }, true],
    ["until now", { until: "2026-11-02T12:00:00.000Z" }, false],
    ["until once", { until: "2020-01-01T00:00:00Z", reason: "audit" }, false],
    ["until nobody knows when", { until: "next week" }, true],
    ["until something else", { until: 5 }, true],
    ["in words", "audit", true],
    ["by hand", true, true],
    ["by hand, and no", false, true],
    ["of nothing", null, true],
    ["of a list", ["x"], true],
  ])("%s", (_, value, holds) => {
    const marks = parseMarks({ [holdKey(NAME)]: JSON.stringify(value), "backurne.hold": JSON.stringify(value) });
    expect(marks.unreadable).toBeUndefined();
    expect(holdOfPoint(NAME, marks, NOW) !== undefined).toBe(holds);
    expect(holdOfChain(marks, NOW) !== undefined).toBe(holds);
    expect(holdOfPoint("another", marks, NOW)).toBeUndefined();
  });

  test("of one point is none of the chain, whatever it is called", () => {
    for (const name of [NAME, "__proto__", "constructor"]) {
      const marks = parseMarks({ [holdKey(name)]: `{"reason":"audit"}` });
      expect(holdOfPoint(name, marks, NOW)).toEqual({ reason: "audit" });
      expect(holdOfChain(marks, NOW)).toBeUndefined();
    }
    expect(holdOfPoint("constructor", parseMarks({ [holdKey(NAME)]: "{}" }), NOW)).toBeUndefined();
  });

  test("says what is understood of it", () => {
    const hold = { until: "2027-01-01T00:00:00Z", reason: "audit", since: "2026-11-02T12:00:00Z", by: "bk1" };
    expect(readHold({ ...hold, more: 1 })).toEqual(hold);
    expect(readHold("audit")).toEqual({ reason: "audit" });
    expect(readHold({ until: 5, reason: null })).toEqual({});
  });
});

describe("marks that nobody of ours wrote", () => {
  test.each([
    ["alarm", `{"at":"x","bytes":"much","usual":1}`],
    ["trashed", "true"],
    ["hold", "{"],
  ])("%s: %s", (name, value) => {
    expect(parseMarks({ [`backurne.${name}`]: value }).unreadable).toBe(`backurne.${name} is ${value}`);
  });

  test("of the trash say nothing", () => {
    const mark = { at: "2026-11-02T12:00:00Z", because: "x", of: "rook;a", reference: "rook/a" };
    expect(readTrashMark(JSON.stringify(mark))).toEqual(mark);
    for (const value of [undefined, "", "{", "{}", `"x"`, JSON.stringify({ ...mark, of: 1 })]) {
      expect(readTrashMark(value)).toBeUndefined();
    }
  });
});
