import { describe, expect, test } from "vitest";
import { formatDuration, parseDuration, standardIntervals } from "../src/index.ts";
import { day, hour, minute } from "./chains.ts";

describe("parseDuration", () => {
  test.each([
    ["30m", 30 * minute],
    ["6h", 6 * hour],
    ["2d", 2 * day],
    ["1w", 7 * day],
    [" 1h ", hour],
    ["999999999w", 999_999_999 * 7 * day],
  ])("%s", (text, ms) => expect(parseDuration(text)).toBe(ms));

  test.each(["", "6", "h", "6 h", "-6h", "1.5h", "0h", "6H", "6y", "1d12h", "6h;", "9999999999h"])(
    "refuses %j",
    (text) => expect(parseDuration(text)).toBeUndefined(),
  );
});

test.each([
  [48 * hour, "48 h"],
  [71 * hour, "71 h"],
  [3 * day, "3 d"],
  [100 * hour, "100 h"],
  [30 * day, "30 d"],
  [45 * minute, "45 min"],
  [90 * minute, "1.5 h"],
  [4 * day + 20 * minute, "4 d"],
  [0, "0 h"],
])("formatDuration %d", (ms, text) => expect(formatDuration(ms)).toBe(text));

test("the standard intervals, and nothing that every object has", () => {
  expect({ ...standardIntervals }).toEqual({
    hourly: hour,
    daily: day,
    weekly: 7 * day,
    monthly: 30 * day,
    yearly: 365 * day,
  });
  expect(standardIntervals["constructor"]).toBeUndefined();
  expect(Object.isFrozen(standardIntervals)).toBe(true);
});
