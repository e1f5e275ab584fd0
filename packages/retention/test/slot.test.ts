import { describe, expect, test } from "vitest";
import { parseAt } from "../src/index.ts";
import { day, hour, minute } from "./chains.ts";

const week = 7 * day;
const month = 30 * day;
const year = 365 * day;

test.each([
  [":15", hour, { unit: "hour", every: 1, minute: 15 }],
  [":15", 6 * hour, { unit: "hour", every: 6, hour: 0, minute: 15 }],
  ["01:15", 6 * hour, { unit: "hour", every: 6, hour: 1, minute: 15 }],
  ["01:00", day, { unit: "day", every: 1, hour: 1, minute: 0 }],
  ["1:05", 2 * day, { unit: "day", every: 2, hour: 1, minute: 5 }],
  ["Sun 02:00", week, { unit: "week", every: 1, weekday: 0, hour: 2, minute: 0 }],
  ["sat 23:59", 2 * week, { unit: "week", every: 2, weekday: 6, hour: 23, minute: 59 }],
  ["1 02:00", month, { unit: "month", every: 1, day: 1, hour: 2 }],
  ["31 02:00", 3 * month, { unit: "month", every: 3, day: 31, hour: 2 }],
  ["Jan 1 02:00", year, { unit: "year", every: 1, month: 0, day: 1, hour: 2 }],
  ["dec 24 02:00", 2 * year, { unit: "year", every: 2, month: 11, day: 24, hour: 2 }],
])("%j every %d ms", (at, interval, slot) => expect(parseAt(at, interval)).toMatchObject(slot));

describe("what does not fit is said, with what would", () => {
  test.each([
    ["01:00", week, 'expected "Sun 02:00" for this interval, not "01:00"'],
    ["Sun 01:00", day, 'expected "01:00" for this interval, not "Sun 01:00"'],
    [":15", day, 'expected "01:00" for this interval, not ":15"'],
    ["1 :15", month, 'expected "1 02:00" for this interval, not "1 :15"'],
    ["1 02:00", year, 'expected "Jan 1 02:00" for this interval, not "1 02:00"'],
    ["Sun 02:00", hour, 'expected ":15" or "01:15" for this interval, not "Sun 02:00"'],
    ["noon", day, 'expected "01:00" for this interval, not "noon"'],
    ["", day, 'expected "01:00" for this interval, not ""'],
    ["01:00:00", day, 'expected "01:00" for this interval, not "01:00:00"'],
    ["24:00", day, 'there is no such time as "24:00"'],
    ["01:60", day, 'there is no such time as "01:60"'],
    ["Son 02:00", week, 'there is no such time as "Son 02:00"'],
    ["32 02:00", month, 'there is no such time as "32 02:00"'],
    ["0 02:00", month, 'there is no such time as "0 02:00"'],
    ["Feb 30 02:00", year, 'there is no such time as "Feb 30 02:00"'],
  ])("%j every %d ms", (at, interval, problem) => expect(parseAt(at, interval)).toEqual({ problem }));

  test.each([5 * hour, 30 * minute, 1.5 * day, 0, -hour, Number.NaN])("interval %d", (interval) =>
    expect(parseAt(":15", interval)).toEqual({
      problem:
        '"at" needs an interval of hours that divide a day, or of whole days, weeks, months (30 days) or years (365 days)',
    }),
  );
});
