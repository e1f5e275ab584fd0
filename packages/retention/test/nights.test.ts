import { describe, expect, test } from "vitest";
import { simulate } from "../src/index.ts";
import type { Profile, SimulatedRun, Simulation } from "../src/index.ts";
import { day, hour, profile, range } from "./chains.ts";

const start = Date.parse("2026-03-01T01:00:00Z");

/** A few minutes too early or too late, as cron on a busy host. */
function nights(n: number): readonly number[] {
  return range(n).map((night) => start + night * day + (((night * 7) % 11) - 5) * 60_000);
}

function play(profiles: readonly Profile[], more: Partial<Simulation> = {}): readonly SimulatedRun[] {
  return [...simulate({ profiles, runs: nights(60), timezone: "Europe/Paris", ...more })];
}

describe("60 nights, every removal ordinary", () => {
  test.each([[7], [2], [1]])("daily: %d", (count) => {
    for (const [night, run] of play([profile("daily", count)]).entries()) {
      expect(run.taken.length).toBe(1);
      expect(run.removed.every((verdict) => verdict.ordinary)).toBe(true);
      // One more than `count` where the oldest is a few minutes too young.
      expect(run.points.length).toBeGreaterThanOrEqual(Math.min(night + 1, count));
      expect(run.points.length).toBeLessThanOrEqual(Math.min(night + 1, count + 1));
      expect(run.points.at(-1)?.time).toBe(run.now);
    }
  });

  test("at a slot, over the night in which the clocks change", () => {
    const runs = range(60 * 24).map((n) => start + n * hour);
    const taken = play([profile("daily", 7, { at: "02:30" })], { runs }).flatMap((run) => run.taken);
    expect(taken.length).toBe(61); // the first at once, then one a night
    const clock = taken.map(({ time }) => new Date(time).toISOString().slice(5, 16));
    expect(clock.slice(28, 32)).toEqual(["03-28T02:00", "03-29T02:00", "03-30T01:00", "03-31T01:00"]);
  });
});

describe("a source that goes away", () => {
  const gone = start + 20 * day + hour;

  test("fades night by night and ends as one image in the trash", () => {
    const runs = play([profile("daily", 7)], {
      runs: range(60).map((night) => start + night * day),
      extraRetention: 10 * day,
      state: (now) => (now < gone ? "present" : "vanished"),
    });
    const after = runs.filter((run) => run.now > gone);
    expect(after.every((run) => run.taken.length === 0)).toBe(true);
    expect(after.every((run) => run.removed.length <= 1 && run.removed.every(({ ordinary }) => ordinary))).toBe(true);
    const left = after.map((run) => run.points.length);
    expect(left.slice(0, 8)).toEqual([7, 6, 5, 4, 3, 2, 1, 1]);
    const lasts = after.flatMap((run) =>
      run.removed.filter(({ last }) => last).map(({ snapshot }) => ({ run, snapshot })),
    );
    expect(lasts.map(({ run, snapshot }) => Math.floor((run.now - snapshot.time) / day))).toEqual([18]); // the first night on which it is older than 7 + 10 days
    expect(left.at(-1)).toBe(0);
  });

  test.each(["unlistable", "excluded", "switched off", "unconfigured"] as const)("%s: waits unchanged", (state) => {
    const runs = play([profile("daily", 7)], { state: (now) => (now < gone ? "present" : state) });
    const after = runs.filter((run) => run.now > gone);
    expect(new Set(after.map((run) => run.points.map(({ id }) => id).join())).size).toBe(1);
    expect(after[0]?.points.length).toBeGreaterThanOrEqual(7);
  });

  test("an outage of 30 nights costs nothing, and the chain recovers", () => {
    const down = (now: number) => now > start + 15 * day && now < start + 45 * day;
    const runs = play([profile("daily", 7)], { state: (now) => (down(now) ? "unlistable" : "present") });
    expect(Math.min(...runs.slice(8).map((run) => run.points.length))).toBeGreaterThanOrEqual(7);
    expect(runs.at(-1)?.points.every(({ time }) => time > start + 45 * day)).toBe(true);
  });
});

test("365 nightly runs with up to 20 minutes of jitter either way, in both directions at once", () => {
  for (const flip of [1, -1]) {
    const runs = range(365).map((night) => start + night * day + (night % 2 ? 20 : -20) * flip * 60_000);
    const all = play([profile("daily", 365), profile("weekly", 52)], { runs }).flatMap((run) => run.taken);
    expect(all.filter((point) => point.profile === "daily").length).toBe(365);
    expect(all.filter((point) => point.profile === "weekly").length).toBe(53);
  }
});
