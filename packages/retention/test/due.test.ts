import { describe, expect, test } from "vitest";
import { dueProfile } from "../src/index.ts";
import type { Point, Profile } from "../src/index.ts";
import { profile } from "./chains.ts";

const at = (text: string): number => Date.parse(text);
const iso = (time: number): string => new Date(time).toISOString().slice(0, 16);

function points(one: Profile, times: readonly string[], more: Partial<Point> = {}): readonly Point[] {
  return times.map((time) => ({ profile: one.name, count: one.count, time: at(time), ...more }));
}

const hourly = profile("hourly", 48);
const daily = profile("daily", 30);
const nightly = profile("daily", 30, { at: "01:00" });
const sunday = profile("weekly", 12, { at: "Sun 02:00" });
const db6h = profile("db6h", 8);
const early = profile("daily", 30, { at: "02:30" });

// Every row: the profile, its good points, now, whether it is due, when it becomes (or became) due, and why.
// oxfmt-ignore
const rows: [string, Profile, string[], string, boolean, string, string][] = [
  ["nothing yet", hourly, [], "2026-11-02T12:00Z", true, "2026-11-02T12:00", "no good hourly yet"],
  ["just inside the slack", hourly, ["2026-11-02T10:58Z"], "2026-11-02T11:52Z", true, "2026-11-02T11:52", "hourly due 12:52, newest good 11:58"],
  ["just outside of it", hourly, ["2026-11-02T10:58Z"], "2026-11-02T11:51Z", false, "2026-11-02T11:52", "hourly next 12:52, newest good 11:58"],
  ["slack of at most an hour", daily, ["2026-11-01T12:00Z"], "2026-11-02T10:59Z", false, "2026-11-02T11:00", "daily next 12:00, newest good 2026-11-01 13:00"],
  ["and at least that", daily, ["2026-11-01T12:00Z"], "2026-11-02T11:00Z", true, "2026-11-02T11:00", "daily due 12:00, newest good 2026-11-01 13:00"],
  ["10 % of a named one", db6h, ["2026-11-02T06:00Z"], "2026-11-02T11:24Z", true, "2026-11-02T11:24", "db6h due 12:24, newest good 07:00"],
  ["newest counts, in any order", hourly, ["2026-11-02T11:30Z", "2026-11-02T10:30Z"], "2026-11-02T12:00Z", false, "2026-11-02T12:24", "hourly next 13:24, newest good 12:30"],
  ["slot not reached", nightly, ["2026-11-01T00:05Z"], "2026-11-01T23:59Z", false, "2026-11-02T00:00", "daily next 01:00, newest good 2026-11-01 01:05"],
  ["slot reached", nightly, ["2026-11-01T00:05Z"], "2026-11-02T00:00Z", true, "2026-11-02T00:00", "daily due 01:00, newest good 2026-11-01 01:05"],
  ["a point at the very slot is its point", nightly, ["2026-11-02T00:00Z"], "2026-11-02T00:00Z", false, "2026-11-03T00:00", "daily next 2026-11-03 01:00, newest good 01:00"],
  ["a late point does not move the slot", nightly, ["2026-11-01T22:00Z"], "2026-11-02T00:01Z", true, "2026-11-02T00:00", "daily due 01:00, newest good 2026-11-01 23:00"],
  ["many missed slots are one", nightly, ["2026-10-20T00:00Z"], "2026-11-02T12:00Z", true, "2026-11-02T00:00", "daily due 01:00, newest good 2026-10-20 02:00"],
  ["weekly on Sunday", sunday, ["2026-10-25T00:30Z"], "2026-11-01T00:59Z", false, "2026-11-01T01:00", "weekly next 02:00, newest good 2026-10-25 02:30"],
  ["skipped hour: the night before", early, ["2026-03-28T01:31Z"], "2026-03-29T01:29Z", false, "2026-03-29T01:30", "daily next 03:30, newest good 2026-03-28 02:31"],
  ["skipped hour: once, as much later", early, ["2026-03-28T01:31Z"], "2026-03-29T01:30Z", true, "2026-03-29T01:30", "daily due 03:30, newest good 2026-03-28 02:31"],
  ["doubled hour: the first time", early, ["2026-10-24T00:31Z"], "2026-10-25T00:30Z", true, "2026-10-25T00:30", "daily due 02:30, newest good 2026-10-24 02:31"],
  ["doubled hour: not the second time", early, ["2026-10-25T00:31Z"], "2026-10-25T01:35Z", false, "2026-10-26T01:30", "daily next 2026-10-26 02:30, newest good 02:31"],
  ["another host's clock is a little ahead", hourly, ["2026-11-02T12:02Z"], "2026-11-02T12:00Z", false, "2026-11-02T12:56", "hourly next 13:56, newest good 13:02"],
  ["as far ahead as clocks may be", hourly, ["2026-11-02T12:10Z"], "2026-11-02T12:00Z", false, "2026-11-02T13:04", "hourly next 14:04, newest good 13:10"],
  ["a second further", hourly, ["2026-11-02T12:10:01Z"], "2026-11-02T12:00Z", true, "2026-11-02T12:00", "no good hourly yet; clock trouble: 1 hourly in the future, up to 13:10, not counted"],
  ["a future point alone", hourly, ["2027-11-02T12:00Z"], "2026-11-02T12:00Z", true, "2026-11-02T12:00", "no good hourly yet; clock trouble: 1 hourly in the future, up to 2027-11-02 13:00, not counted"],
  ["future points beside an honest one", nightly, ["2026-11-02T00:05Z", "2026-11-03T09:05Z", "2026-11-04T09:05Z"], "2026-11-02T12:00Z", false, "2026-11-03T00:00", "daily next 2026-11-03 01:00, newest good 01:05; clock trouble: 2 daily in the future, up to 2026-11-04 10:05, not counted"],
];

describe("due, in Europe/Paris", () => {
  test.each(rows)("%s", (_, one, times, time, due, next, because) => {
    const context = { now: at(time), timezone: "Europe/Paris" };
    const answer = dueProfile(one, points(one, times), context);
    expect({ ...answer, next: iso(answer.next) }).toEqual({ due, because, next });
    expect(answer.due).toBe(answer.next <= context.now);
    // It is true to its word: not due right before, due from then on.
    expect(dueProfile(one, points(one, times), { ...context, now: answer.next }).due).toBe(true);
    // The profile of somebody else, and points that are not good, change nothing.
    const noise = [...points(daily, [time], { profile: "other" }), ...points(one, [time], { good: false })];
    expect(dueProfile(one, [...noise, ...points(one, times)], context)).toEqual(answer);
  });
});

test("the slot is that of the zone asked for", () => {
  const context = { now: at("2026-11-02T05:59Z"), timezone: "America/New_York" };
  expect(dueProfile(nightly, points(nightly, ["2026-11-01T06:30Z"]), context)).toMatchObject({ due: false });
  expect(dueProfile(nightly, points(nightly, ["2026-11-01T05:30Z"]), context)).toMatchObject({
    due: false,
    next: at("2026-11-02T06:00Z"),
  });
});

test("an `at` that fits nothing is an error, not a profile that is never due", () => {
  const wrong = profile("weekly", 4, { at: "01:00" });
  const context = { now: at("2026-11-02T12:00Z"), timezone: "UTC" };
  expect(() => dueProfile(wrong, points(wrong, ["2026-11-01T00:00Z"]), context)).toThrow(
    'profile weekly: at: expected "Sun 02:00" for this interval, not "01:00"',
  );
});

test("365 nightly runs with 20 minutes of jitter are 365 dailies, started by cron or by slot", () => {
  const start = at("2026-01-01T01:00Z");
  for (const [one, offset] of [
    [daily, 0],
    [nightly, 21 * 60_000],
  ] as const) {
    // A linear congruential generator: the same jitter in every run of the test, both extremes included.
    let seed = 1;
    const taken: Point[] = [];
    for (let night = 0; night < 365; night += 1) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      const extreme = night % 7 === 0 ? 1 : night % 7 === 1 ? -1 : undefined;
      const jitter = (extreme ?? (seed / 2_147_483_648) * 2 - 1) * 20 * 60_000;
      const now = start + offset + night * 86_400_000 + jitter;
      if (dueProfile(one, taken, { now, timezone: "UTC" }).due) {
        taken.push({ profile: one.name, count: one.count, time: now });
      }
    }
    expect(taken.length).toBe(365);
  }
});
