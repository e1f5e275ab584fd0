import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { forecastBackup, judgeBackup, simulate, standardIntervals } from "../src/index.ts";
import type { BackupPolicy, Profile, SimulatedPoint, SimulatedRun } from "../src/index.ts";
import { byName, chain, day, hour, now, policy, profile, range, removed, series } from "./chains.ts";
import type { Snap } from "./chains.ts";

const { FC_SEED, FC_RUNS } = process.env;
vi.setConfig({ testTimeout: 120_000 });

const start = Date.parse("2026-01-04T00:00:00Z");
const timezone = "Europe/Paris";

/** As `simulate` asks, for the state that a run has left. */
function asked(
  { now: time, points }: Pick<SimulatedRun, "now" | "points">,
  profiles: readonly Profile[],
  more: Partial<BackupPolicy<SimulatedPoint>> = {},
): BackupPolicy<SimulatedPoint> {
  const newest = points.at(-1)?.id;
  return {
    point: (point) => point,
    order: ({ id }) => id,
    shared: ({ id }) => id === newest,
    intervals: (name) => profiles.find((one) => one.name === name)?.interval ?? standardIntervals[name],
    configured: byName(...profiles),
    state: "present",
    now: time,
    extraRetention: 0,
    timezone,
    ...more,
  };
}

/** When each of them is removed by runs that do go on: epoch ms, by id. */
function playOn(
  { now: time, points }: Pick<SimulatedRun, "now" | "points">,
  profiles: readonly Profile[],
  { every, until }: { readonly every: number; readonly until: number },
): ReadonlyMap<number, number> {
  const runs = range(Math.ceil((until - time) / every)).map((n) => time + (n + 1) * every);
  const gone = new Map<number, number>();
  for (const run of simulate({ profiles, runs, timezone, standing: points })) {
    for (const { snapshot } of run.removed) if (snapshot.id <= (points.at(-1)?.id ?? 0)) gone.set(snapshot.id, run.now);
  }
  return gone;
}

/** Policies that are changed in the middle: names keep the counts of before. */
const counts = fc.integer({ min: 1, max: 9 });
const nightly = fc.record({
  daily: fc.option(fc.tuple(counts, counts)),
  weekly: fc.option(fc.tuple(counts, counts)),
  monthly: fc.option(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))),
  at: fc.boolean(),
  /** Some in the very minute of the slots. */
  minute: fc.constantFrom(0, 5),
  nights: fc.integer({ min: 0, max: 200 }),
  /** For so many nights no run has ended well. */
  gap: fc.oneof(fc.constant(0), fc.nat(90)),
  held: fc.array(fc.record({ index: fc.nat(20), days: fc.option(fc.integer({ min: 1, max: 99 })) }), { maxLength: 3 }),
});

const SLOTS: Readonly<Record<string, string>> = { daily: "01:00", weekly: "Sun 01:30", monthly: "1 01:00" };

test("what is said to expire is what the nights to come remove, and nothing else, in random policies", () => {
  let [told, never] = [0, 0];
  fc.assert(
    fc.property(nightly, ({ nights, at, held, gap, minute, ...chosen }) => {
      const both = ["daily", "weekly", "monthly"].flatMap((name) => {
        const pair = chosen[name as keyof typeof chosen];
        const slot = at ? { at: SLOTS[name] as string } : {};
        return pair ? [pair.map((count) => profile(name, count, slot)) as [Profile, Profile]] : [];
      });
      fc.pre(both.length > 0);
      const [before, after] = [both.map(([one]) => one), both.map(([, one]) => one)];
      const runs = range(nights + 1).map((night) => start + minute * 60_000 + night * day);
      const last = [...simulate({ profiles: before, runs, timezone })].at(-1) as SimulatedRun;
      const from = last.now + gap * day;
      const points = last.points.map((point, index): SimulatedPoint => {
        const hold = held.find((one) => one.index === index);
        if (!hold) return point;
        return { ...point, held: true, ...(hold.days !== null && { heldUntil: from + hold.days * 0.9 * day }) };
      });

      const stood = { now: from, points };
      const forecasts = forecastBackup(points, asked(stood, after));
      const longest = at && both.some(([{ interval }]) => interval >= 30 * day) ? 1700 : 800;
      const until = Math.max(...forecasts.map(({ expires = from + longest * day }) => expires));
      const gone = playOn(stood, after, { every: day, until });
      for (const { snapshot, expires, because } of forecasts) {
        expect([snapshot.profile, snapshot.time, expires, because]).toEqual([
          snapshot.profile,
          snapshot.time,
          gone.get(snapshot.id),
          because,
        ]);
        if (expires === undefined) never += 1;
        else told += 1;
      }
    }),
    { numRuns: Number(FC_RUNS ?? 100), ...(FC_SEED ? { seed: Number(FC_SEED) } : {}) },
  );
  // Both were tried.
  expect([told > 100, never > 10]).toEqual([true, true]);
});

test("with hourly ones beside, by hours", () => {
  fc.assert(
    fc.property(
      fc.tuple(counts, counts),
      fc.option(counts),
      fc.integer({ min: 0, max: 60 }),
      (hourly, daily, hours) => {
        const others = daily ? [profile("daily", daily)] : [];
        const [before, after] = hourly.map((count) => [profile("hourly", count * 3), ...others]) as [
          Profile[],
          Profile[],
        ];
        const runs = range(hours + 1).map((n) => start + n * hour);
        const last = [...simulate({ profiles: before, runs, timezone })].at(-1) as SimulatedRun;
        const forecasts = forecastBackup(last.points, asked(last, after));
        const gone = playOn(last, after, { every: hour, until: last.now + 15 * day });
        for (const { snapshot, expires } of forecasts) expect(expires).toBe(gone.get(snapshot.id));
      },
    ),
    { numRuns: Math.min(Number(FC_RUNS ?? 40), 500), ...(FC_SEED ? { seed: Number(FC_SEED) } : {}) },
  );
});

test("of a source that is gone, too, each as it fades, and the last copy last", () => {
  const snap = fc.record({
    profile: fc.constantFrom("daily", "weekly"),
    count: fc.integer({ min: 1, max: 5 }),
    age: fc.integer({ min: 0, max: 40 }),
    held: fc.option(fc.boolean(), { freq: 9 }),
  });
  fc.assert(
    fc.property(fc.array(snap, { minLength: 1, maxLength: 12 }), fc.nat(20), (some, extra) => {
      const snaps = chain(
        ...some.map(({ age, held, ...point }) => ({
          id: 0,
          point: { ...point, time: now - age * day, held: held === true },
        })),
      );
      const vanished = policy({ state: "vanished", extraRetention: extra * day });
      const gone = new Map<Snap, number>();
      let standing = snaps;
      for (const run of range(120).map((night) => now + (night + 1) * day)) {
        for (const { snapshot } of removed(judgeBackup(standing, { ...vanished, now: run }))) gone.set(snapshot, run);
        standing = standing.filter((one) => !gone.has(one));
      }
      for (const { snapshot, expires } of forecastBackup(snaps, vanished)) expect(expires).toBe(gone.get(snapshot));
    }),
    { numRuns: Number(FC_RUNS ?? 300), ...(FC_SEED ? { seed: Number(FC_SEED) } : {}) },
  );
});

/** `12.0 because`: in how many days, and why. */
function tell(snaps: readonly Snap[], more: Partial<BackupPolicy<Snap>> = {}): readonly string[] {
  return forecastBackup(snaps, policy(more)).map(({ expires, because }) =>
    expires === undefined ? `never: ${because}` : `${(expires - now) / day} d: ${because}`,
  );
}

describe("why", () => {
  const daily = (count: number) => ({ configured: byName(profile("daily", count)) });
  const nights = (n: number) => range(n).map((night) => night * day);
  const shared = (snaps: readonly Snap[]) =>
    snaps.map((snap, i) => (i === snaps.length - 1 ? { ...snap, shared: true } : snap));

  test.each<[string, readonly Snap[], Partial<BackupPolicy<Snap>>, readonly string[]]>([
    [
      "age, and the base like all others once there is another",
      shared(chain(...series("daily", 2, nights(3)))),
      daily(2),
      ["1 d: until it is older than 48 h", "2 d: until it is older than 48 h", "3 d: until it is older than 48 h"],
    ],
    [
      "what is old enough goes with the next run",
      chain(...series("daily", 1, [0, day, 9 * day])),
      daily(1),
      [
        "1 d: old enough, and enough newer ones stay",
        "1 d: until it is older than 24 h",
        "2 d: until it is older than 24 h",
      ],
    ],
    [
      "an outage: others have to come first",
      chain(...series("daily", 2, [20 * day, 21 * day, 22 * day])),
      daily(2),
      ["1 d: old enough, and enough newer ones stay", "1 d: until 2 newer daily stay", "2 d: until 2 newer daily stay"],
    ],
    [
      "a profile that is not configured any more",
      [
        { id: 1, point: { profile: "weekly", count: 1, time: now - 60 * day } },
        ...shared(chain(...series("daily", 1, nights(1)))).map((one) => ({ ...one, id: 2 })),
      ],
      daily(1),
      ["never: only when 1 newer weekly stay; 0 do, and no more are made", "2 d: until it is older than 24 h"],
    ],
    [
      "nothing is configured",
      shared(chain(...series("daily", 1, nights(2)))),
      {},
      ["1 d: until it is older than 24 h", "never: the newest one stays, and no more are made"],
    ],
    [
      "holds, an interval nobody knows, somebody else's, and one whose time nobody plays through",
      [
        { id: 1, point: { profile: "daily", count: 1, time: now - 9 * day, held: "without end (audit)" } },
        {
          id: 2,
          point: {
            profile: "daily",
            count: 1,
            time: now - 8 * day,
            held: "until 2026-11-09",
            heldUntil: now + 6.5 * day,
          },
        },
        { id: 3, point: { profile: "odd", count: 1, time: now - 8 * day } },
        { id: 4 },
        { id: 5, point: { profile: "daily", count: 99_999, time: now } },
      ],
      daily(99_999),
      [
        "never: hold without end (audit)",
        "7 d: until its hold is over",
        "never: interval of odd is unknown",
        "never: not ours",
        "never: not before 2300-08-17",
      ],
    ],
    [
      "a count that is not reached any more",
      chain(...series("daily", 5, nights(2))),
      daily(2),
      [
        "never: only when 5 newer daily stay; 4 do, and 2 are kept from now on",
        "never: only when 5 newer daily stay; 3 do, and 2 are kept from now on",
      ],
    ],
  ])("%s", (_, snaps, more, lines) => {
    expect(tell(snaps, more)).toEqual(lines);
  });
});

test("what never goes is not played through to its end", () => {
  let looks = 0;
  const counted: Profile = {
    ...profile("daily", 3, { at: "01:00" }),
    get interval() {
      looks += 1;
      return day;
    },
  };
  const held = { profile: "daily", count: 3, held: "without end" };
  const [first, odd, last] = chain(
    { id: 0, point: { ...held, time: now - 9 * day } },
    { id: 0, point: { profile: "odd", count: 1, time: now - 8 * day } },
    // Without the two above this one alone says how far it is played.
    { id: 0, point: { profile: "daily", count: 3, time: now - day } },
  ) as [Snap, Snap, Snap];
  const looksAt = (...snaps: readonly Snap[]): number => {
    looks = 0;
    forecastBackup(snaps, policy({ configured: byName(counted) }));
    return looks;
  };
  const alone = looksAt(last);
  expect([alone > 0, looksAt(first, odd, last)]).toEqual([true, alone]);
});

test("a state in which nothing goes", () => {
  const snaps = chain(...series("daily", 1, [0, 9 * day]));
  expect(new Set(tell(snaps, { state: "unlistable" }))).toEqual(
    new Set(["never: frozen: the source could not be listed"]),
  );
  expect(removed(judgeBackup(snaps, policy({ state: "unlistable" })))).toEqual([]);
});
