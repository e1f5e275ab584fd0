import { describe, expect, test, vi } from "vitest";
import { slotsAround } from "../src/calendar.ts";
import { parseAt } from "../src/index.ts";
import type { Slot } from "../src/index.ts";
import { instantOf, isTimezone, wallClock } from "../src/timezone.ts";
import { day, hour, minute } from "./chains.ts";

// Thousands of questions a test, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 120_000 });

function slot(at: string, interval: number): Slot {
  const parsed = parseAt(at, interval);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return parsed;
}

/** All slots from one time to another, by asking again and again as a tool that runs often does. */
function slotsBetween(one: Slot, [from, to]: readonly [string, string], zone: string) {
  const seen = new Set<number>();
  const step = one.unit === "hour" ? 15 * minute : 6 * hour;
  for (let time = Date.parse(from); time <= Date.parse(to); time += step) {
    const { last, next } = slotsAround(one, time, zone);
    expect(last).toBeLessThanOrEqual(time);
    expect(next).toBeGreaterThan(time);
    if (last >= Date.parse(from)) seen.add(last);
  }
  return [...seen].map((time) => new Date(time).toISOString().slice(0, 16));
}

describe("the slots on a wall clock", () => {
  // oxfmt-ignore
  const rows: [string, string, number, [string, string], string, string[]][] = [
    ["daily, clock set forward over it: as much later", "02:30", day, ["2026-03-28T00:00Z", "2026-03-31T00:00Z"], "Europe/Paris",
      ["2026-03-28T01:30", "2026-03-29T01:30", "2026-03-30T00:30"]],
    ["daily, clock set back over it: the first time", "02:30", day, ["2026-10-24T00:00Z", "2026-10-26T12:00Z"], "Europe/Paris",
      ["2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"]],
    ["daily at the very end of the skipped hour", "03:00", day, ["2026-03-28T12:00Z", "2026-03-30T12:00Z"], "Europe/Paris",
      ["2026-03-29T01:00", "2026-03-30T01:00"]],
    ["hourly, clock set forward: no hour twice", ":15", hour, ["2026-03-29T00:00Z", "2026-03-29T03:00Z"], "Europe/Paris",
      ["2026-03-29T00:15", "2026-03-29T01:15", "2026-03-29T02:15"]],
    ["hourly, clock set back: no hour missed", ":15", hour, ["2026-10-24T23:00Z", "2026-10-25T03:00Z"], "Europe/Paris",
      ["2026-10-24T23:15", "2026-10-25T00:15", "2026-10-25T01:15", "2026-10-25T02:15"]],
    ["hourly where the offset has a half hour", ":15", hour, ["2026-06-01T00:00Z", "2026-06-01T02:00Z"], "Asia/Kolkata",
      ["2026-06-01T00:45", "2026-06-01T01:45"]],
    ["two-hourly, set forward", ":30", 2 * hour, ["2026-03-28T23:00Z", "2026-03-29T05:00Z"], "Europe/Paris",
      ["2026-03-28T23:30", "2026-03-29T01:30", "2026-03-29T02:30", "2026-03-29T04:30"]],
    ["two-hourly, set back", ":30", 2 * hour, ["2026-10-24T22:00Z", "2026-10-25T04:00Z"], "Europe/Paris",
      ["2026-10-24T22:30", "2026-10-25T00:30", "2026-10-25T03:30"]],
    ["a zone that was set back over midnight", "00:00", day, ["2010-11-06T03:00Z", "2010-11-08T21:00Z"], "America/St_Johns",
      ["2010-11-07T02:30", "2010-11-08T03:30"]],
    ["two-hourly, far east", ":30", 2 * hour, ["2026-11-02T00:00Z", "2026-11-02T05:00Z"], "Pacific/Kiritimati",
      ["2026-11-02T00:30", "2026-11-02T02:30", "2026-11-02T04:30"]],
    ["six-hourly from 01:00", "01:00", 6 * hour, ["2026-11-02T00:00Z", "2026-11-03T00:00Z"], "UTC",
      ["2026-11-02T01:00", "2026-11-02T07:00", "2026-11-02T13:00", "2026-11-02T19:00"]],
    ["weekly", "Sun 02:00", 7 * day, ["2026-10-20T00:00Z", "2026-11-10T00:00Z"], "Europe/Paris",
      ["2026-10-25T00:00", "2026-11-01T01:00", "2026-11-08T01:00"]],
    ["weekly, before the epoch's Thursday and after it", "Wed 00:00", 7 * day, ["2026-11-01T00:00Z", "2026-11-12T00:00Z"], "UTC",
      ["2026-11-04T00:00", "2026-11-11T00:00"]],
    ["every second day keeps its beat", "01:00", 2 * day, ["2026-12-28T00:00Z", "2027-01-04T00:00Z"], "UTC",
      ["2026-12-29T01:00", "2026-12-31T01:00", "2027-01-02T01:00"]],
    ["monthly on the 31st: the last day of short months", "31 02:00", 30 * day, ["2027-12-31T00:00Z", "2028-05-01T00:00Z"], "UTC",
      ["2027-12-31T02:00", "2028-01-31T02:00", "2028-02-29T02:00", "2028-03-31T02:00", "2028-04-30T02:00"]],
    ["quarterly", "1 02:00", 90 * day, ["2026-01-01T00:00Z", "2026-08-01T00:00Z"], "UTC",
      ["2026-01-01T02:00", "2026-04-01T02:00", "2026-07-01T02:00"]],
    ["yearly on a leap day", "Feb 29 02:00", 365 * day, ["2027-01-01T00:00Z", "2029-01-01T00:00Z"], "UTC",
      ["2027-02-28T02:00", "2028-02-29T02:00"]],
    ["a zone that skipped a whole day", "02:30", day, ["2011-12-29T00:00Z", "2012-01-01T00:00Z"], "Pacific/Apia",
      ["2011-12-29T12:30", "2011-12-30T12:30", "2011-12-31T12:30"]],
  ];
  test.each(rows)("%s", (_, at, interval, span, zone, slots) =>
    expect(slotsBetween(slot(at, interval), span, zone)).toEqual(slots),
  );
});

test("one slot a day for a year, in zones that change their clocks in odd ways", () => {
  const start = Date.parse("2026-01-01T00:00Z");
  const zones = ["Europe/Paris", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca"];
  for (const zone of [...zones, "America/Santiago", "Asia/Kathmandu", "Pacific/Chatham"]) {
    for (const at of ["00:00", "00:30", "01:45", "02:30", "02:59", "23:59"]) {
      const one = slot(at, day);
      const dates = new Set<string>();
      let count = 0;
      let time = start;
      while (time < start + 366 * day) {
        time = slotsAround(one, time, zone).next;
        expect(slotsAround(one, time, zone).last).toBe(time);
        expect(slotsAround(one, time - 1, zone).next).toBe(time);
        dates.add(new Date(wallClock(time, zone)).toISOString().slice(0, 10));
        count += 1;
      }
      expect([zone, at, dates.size]).toEqual([zone, at, count]);
      expect(count).toBeGreaterThanOrEqual(366);
    }
  }
});

describe("the wall clock", () => {
  test.each([
    ["UTC", "2026-06-01T12:00:00.123Z", "2026-06-01T12:00:00.123Z"],
    ["Europe/Paris", "2026-06-01T12:00:00Z", "2026-06-01T14:00:00.000Z"],
    ["America/New_York", "2026-12-01T12:00:00Z", "2026-12-01T07:00:00.000Z"],
    ["Asia/Kathmandu", "2026-06-01T12:00:00Z", "2026-06-01T17:45:00.000Z"],
    ["America/St_Johns", "2026-12-01T12:00:00Z", "2026-12-01T08:30:00.000Z"],
  ])("in %s", (zone, instant, wall) => {
    const shown = wallClock(Date.parse(instant), zone);
    expect(new Date(shown).toISOString()).toBe(wall);
    expect(instantOf(shown, zone)).toBe(Date.parse(instant));
  });

  test("of a zone that does not exist", () => {
    expect(isTimezone("Europe/Paris")).toBe(true);
    expect(isTimezone("Europe/Atlantis")).toBe(false);
    expect(() => wallClock(0, "Europe/Atlantis")).toThrow(RangeError);
  });
});
