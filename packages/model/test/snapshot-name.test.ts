import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { formatSnapshotName, parseSnapshotName, wallTimeToEpoch, type ReadNames } from "../src/index.ts";

vi.setConfig({ testTimeout: 60_000 }); // properties on a busy machine

const paris: ReadNames = { prefix: "backup", legacyTimezone: "Europe/Paris" };

function timeOf(stamp: string, read: ReadNames = paris): string | undefined {
  const name = parseSnapshotName(`${read.prefix};daily;30;${stamp}`, read);
  return name && `${new Date(name.time).toISOString()}${name.legacy ? " legacy" : ""}`;
}

test("all parts of a name", () => {
  expect(parseSnapshotName("backup;daily;30;2018-06-01T15:44:26.072348", paris)).toEqual({
    prefix: "backup",
    profile: "daily",
    count: 30,
    time: Date.parse("2018-06-01T13:44:26.072Z"),
    legacy: true,
  });
  expect(parseSnapshotName("backup;db_6-h;0;2026-11-23T04:00:00.000Z", paris)).toEqual({
    prefix: "backup",
    profile: "db_6-h",
    count: 0,
    time: Date.parse("2026-11-23T04:00:00Z"),
    legacy: false,
  });
});

describe("times", () => {
  const rows: readonly [string, string, string | undefined][] = [
    ["ours: UTC, whatever the zone of old names", "2026-07-01T12:00:00.000Z", "2026-07-01T12:00:00.000Z"],
    ["old, summer", "2018-07-01T12:00:00.000000", "2018-07-01T10:00:00.000Z legacy"],
    ["old, winter", "2018-01-01T12:00:00.000000", "2018-01-01T11:00:00.000Z legacy"],
    ["microseconds are cut, not rounded", "2018-01-01T12:00:00.999999", "2018-01-01T11:00:00.999Z legacy"],
    ["isoformat() of a whole second has no fraction", "2018-01-01T12:00:00", "2018-01-01T11:00:00.000Z legacy"],
    ["one digit is tenths", "2018-01-01T12:00:00.5Z", "2018-01-01T12:00:00.500Z"],
    ["old, over the year's end", "2018-01-01T00:30:00.000001", "2017-12-31T23:30:00.000Z legacy"],
    ["29 February of a leap year", "2028-02-29T01:00:00Z", "2028-02-29T01:00:00.000Z"],
    ["clock set forward: the last moment before", "2018-03-25T01:59:59.999999", "2018-03-25T00:59:59.999Z legacy"],
    ["clock set forward: the first moment after", "2018-03-25T03:00:00.000000", "2018-03-25T01:00:00.000Z legacy"],
    ["clock set forward: a time it never showed", "2018-03-25T02:30:00.000000", "2018-03-25T01:30:00.000Z legacy"],
    ["clock set back: the last moment before", "2018-10-28T01:59:59.000000", "2018-10-27T23:59:59.000Z legacy"],
    ["clock set back: shown twice, the earlier", "2018-10-28T02:00:00.000000", "2018-10-28T00:00:00.000Z legacy"],
    ["clock set back: shown twice, its end", "2018-10-28T02:59:59.999000", "2018-10-28T00:59:59.999Z legacy"],
    ["clock set back: the first moment after", "2018-10-28T03:00:00.000000", "2018-10-28T02:00:00.000Z legacy"],
    ["31 February", "2018-02-31T12:00:00", undefined],
    ["29 February of another year", "2027-02-29T12:00:00Z", undefined],
    ["month 13", "2018-13-01T12:00:00", undefined],
    ["day 0", "2018-01-00T12:00:00", undefined],
    ["hour 24", "2018-01-01T24:00:00", undefined],
    ["second 60", "2016-12-31T23:59:60Z", undefined],
    ["minute 60", "2018-01-01T12:60:00Z", undefined],
    ["the year 0", "0000-01-01T00:00:00Z", undefined],
    ["a zone of its own", "2018-01-01T12:00:00+01:00", undefined],
    ["small z", "2018-01-01T12:00:00z", undefined],
    ["a space for the T", "2018-01-01 12:00:00", undefined],
    ["seven digits", "2018-01-01T12:00:00.1234567Z", undefined],
    ["a dot and nothing", "2018-01-01T12:00:00.Z", undefined],
    ["something after it", "2018-01-01T12:00:00Z ", undefined],
    ["a line feed after it", "2018-01-01T12:00:00Z\n", undefined],
    ["nothing", "", undefined],
  ];
  test.each(rows)("%s: %j", (_, stamp, time) => {
    expect(timeOf(stamp)).toBe(time);
  });

  test.each([
    ["UTC", "2018-07-01T12:00:00.000Z legacy"],
    ["Asia/Kolkata", "2018-07-01T06:30:00.000Z legacy"],
    ["America/New_York", "2018-07-01T16:00:00.000Z legacy"],
    ["Pacific/Kiritimati", "2018-06-30T22:00:00.000Z legacy"],
  ])("old names in %s", (legacyTimezone, time) => {
    expect(timeOf("2018-07-01T12:00:00", { prefix: "backup", legacyTimezone })).toBe(time);
  });

  test("midnight is the hour 0 and not 24", () => {
    expect(timeOf("2018-07-02T00:00:00")).toBe("2018-07-01T22:00:00.000Z legacy");
  });

  test("a zone that skipped a whole day", () => {
    expect(timeOf("2011-12-30T12:00:00", { prefix: "backup", legacyTimezone: "Pacific/Apia" })).toBe(
      "2011-12-30T22:00:00.000Z legacy",
    );
  });
});

describe("not ours, and therefore never touched", () => {
  const stamp = "2026-11-23T04:00:00.000Z";
  const rows = [
    "",
    "pve-before-upgrade",
    "backup",
    "backup;",
    "backup;daily",
    "backup;daily;30",
    `backup;daily;30;${stamp};x`,
    `backup;daily;;${stamp}`,
    `backup;daily;-1;${stamp}`,
    `backup;daily;3.5;${stamp}`,
    `backup;daily;1e3;${stamp}`,
    `backup;daily; 30;${stamp}`,
    `backup;daily;9999999999;${stamp}`,
    `backup;;30;${stamp}`,
    `backup;da ily;30;${stamp}`,
    `backup;dáily;30;${stamp}`,
    `backup;daily\n;30;${stamp}`,
    ` backup;daily;30;${stamp}`,
    `Backup;daily;30;${stamp}`,
    `backup2;daily;30;${stamp}`,
    `other;daily;30;${stamp}`,
    `daily;30;${stamp}`,
  ];
  test.each(rows)("%j", (name) => {
    expect(parseSnapshotName(name, paris)).toBeUndefined();
  });

  test.each(["b.ckup", "b[a]ckup", "backup|other", ".*", "^backup", "(backup)", "backup$"])(
    "a prefix is text and no pattern: %s",
    (prefix) => {
      const read = { ...paris, prefix };
      expect(parseSnapshotName(`backup;daily;30;${stamp}`, read)).toBeUndefined();
      expect(parseSnapshotName(`${prefix};daily;30;${stamp}`, read)).toMatchObject({ prefix, profile: "daily" });
    },
  );
});

const ours = fc.record({
  prefix: fc.string({ minLength: 1, unit: "binary" }),
  profile: fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/),
  count: fc.integer({ min: 0, max: 999_999_999 }),
  time: fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(9999, 11, 31) }),
});

test("round trip, in whatever zone old names are read", () => {
  const zone = fc.constantFrom("Europe/Paris", "UTC", "Asia/Kolkata", "America/St_Johns");
  fc.assert(
    fc.property(ours, zone, (name, legacyTimezone) => {
      const text = formatSnapshotName(name);
      expect(parseSnapshotName(text, { prefix: name.prefix, legacyTimezone })).toEqual({ ...name, legacy: false });
    }),
    { numRuns: 500 },
  );
});

test("an old time is read as the clocks of its zone showed it", () => {
  const zone = fc.constantFrom("Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe");
  const instant = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2037, 0) });
  fc.assert(
    fc.property(instant, zone, (epoch, legacyTimezone) => {
      const second = epoch - (epoch % 1000);
      const shown = showClock(second, legacyTimezone);
      const read = wallTimeToEpoch(Date.parse(`${shown}Z`), legacyTimezone);
      // What a clock shows twice is read as the first of the two, and never as another time.
      expect(showClock(read, legacyTimezone)).toBe(shown);
      expect([0, 30 * 60_000, 60 * 60_000]).toContain(second - read);
    }),
    { numRuns: 500 },
  );
});

/** By another way than the code's. */
function showClock(epoch: number, timeZone: string): string {
  return new Date(epoch).toLocaleString("sv-SE", { timeZone }).replace(" ", "T");
}
