import { simulate, standardIntervals } from "@backurne/retention";
import type { Point, Profile } from "@backurne/retention";
import { expect, test } from "vitest";

const hour = 60 * 60 * 1000;

function keep(name: string, count: number): Profile {
  return { name, count, interval: standardIntervals[name] ?? hour, maxOnLive: 1 };
}

function* everyHour(from: string, to: string): Generator<number> {
  for (let now = Date.parse(from); now < Date.parse(to); now += hour) yield now;
}

test("ten years of a policy", { timeout: 300_000 }, () => {
  const profiles = [keep("hourly", 48), keep("daily", 30), keep("weekly", 12), keep("monthly", 12), keep("yearly", 5)];
  const runs = everyHour("2026-01-01T00:00Z", "2036-01-01T00:00Z");

  let most = 0;
  let extraordinary = 0;
  let last: readonly Point[] = [];
  for (const { points, removed } of simulate({ profiles, runs, timezone: "Europe/Paris" })) {
    most = Math.max(most, points.length);
    // Whatever goes, enough newer points of its profile stay: the brakes have nothing to say.
    extraordinary += removed.filter((verdict) => !verdict.ordinary).length;
    last = points;
  }

  const left = profiles.map(({ name }) => last.filter((point) => point.profile === name).length);
  expect(left).toEqual([49, 31, 12, 12, 5]);
  expect(extraordinary).toBe(0);
  expect(most).toBe(112);
});
