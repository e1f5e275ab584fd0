import { describe, expect, test } from "vitest";
import { graceOf, lateFrom, type Profile } from "../src/index.ts";

const HOUR = 3_600_000;
const NOW = Date.parse("2026-06-10T12:00:00Z");
const profile = (given: Partial<Profile> = {}): Profile => ({
  name: "daily",
  interval: 24 * HOUR,
  count: 7,
  maxOnLive: 0,
  ...given,
});
const hourly = profile({ name: "hourly", interval: HOUR });
const nightly = profile({ at: "01:00" });

test.each([
  [0.25, 2],
  [1, 2],
  [4, 2],
  [6, 3],
  [24, 12],
  [168, 84],
])("an interval of %d h has a grace of %d h", (interval, grace) => {
  expect(graceOf({ interval: interval * HOUR })).toBe(grace * HOUR);
});

describe("late from", () => {
  const ROWS: readonly [string, Profile, readonly string[], number | undefined, string | undefined][] = [
    ["by age, the interval and the grace", profile(), ["06-09T01:10"], undefined, "06-10T13:10"],
    ["the newest counts, wherever it stands", profile(), ["06-09T01:10", "06-08T01:00"], undefined, "06-10T13:10"],
    ["a grace that was given", hourly, ["06-10T10:00"], 0, "06-10T11:00"],
    ["of a short interval, two hours more", hourly, ["06-10T10:00"], undefined, "06-10T13:00"],
    ["by slot, the one after the newest", nightly, ["06-09T01:10"], undefined, "06-10T13:00"],
    ["taken in the afternoon, the same slot", nightly, ["06-09T16:00"], undefined, "06-10T13:00"],
    ["many slots missed, still the first of them", nightly, ["06-05T01:10"], undefined, "06-06T13:00"],
    ["none of that profile", hourly, [], undefined, undefined],
  ];
  test.each(ROWS)("%s", (_, one, times, grace, expected) => {
    const points = times.map((time) => ({ profile: one.name, count: 7, time: Date.parse(`2026-${time}:00Z`) }));
    const other = { profile: "yearly", count: 1, time: NOW };
    const found = lateFrom(one, [...points, other], { now: NOW, timezone: "UTC", grace });
    expect(found).toBe(expected === undefined ? undefined : Date.parse(`2026-${expected}:00Z`));
  });

  test("points that are not good, or of a clock that was ahead, are none", () => {
    const points = [
      { profile: "daily", count: 7, time: NOW - HOUR, good: false },
      { profile: "daily", count: 7, time: NOW + HOUR },
    ];
    expect(lateFrom(profile(), points, { now: NOW, timezone: "UTC" })).toBeUndefined();
  });
});
