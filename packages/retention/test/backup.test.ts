import { describe, expect, test } from "vitest";
import { judgeBackup, lastCopyEnds } from "../src/index.ts";
import type { BackupPolicy, SourceState } from "../src/index.ts";
import { broken, byName, chain, day, hour, now, policy, profile, range, removed, series } from "./chains.ts";
import type { Snap } from "./chains.ts";

/** Verdicts as text, newest first, so that a row reads like `explain`. */
function explain(snaps: readonly Snap[], more: Partial<BackupPolicy<Snap>> = {}): readonly string[] {
  const asked = policy(more);
  const verdicts = judgeBackup(snaps, asked);
  expect(broken(snaps, verdicts, asked)).toEqual([]);
  return verdicts
    .map(({ keep, ordinary, last, warn, because }) => {
      const removal = last ? "trash " : ordinary ? "remove" : "REMOVE";
      return `${keep ? (warn ? "warn  " : "keep  ") : removal} ${because}`;
    })
    .toReversed();
}

function markLast(snaps: readonly Snap[], change: Partial<Snap>): readonly Snap[] {
  return snaps.map((snap, index) => (index === snaps.length - 1 ? { ...snap, ...change } : snap));
}

function point(name: string, count: number, age: number, more: Partial<Snap["point"]> = {}): Snap {
  return { id: 0, point: { profile: name, count, time: now - age, ...more } };
}

const days = (n: number, from = 0): readonly number[] => range(n).map((i) => from + i * day + hour);

describe("a source that is present", () => {
  test("the picture of explain", () => {
    const lines = explain(markLast(chain(...series("daily", 30, days(32))), { shared: true }));
    expect([lines[0], lines[1], lines[29], lines[30], lines[31]]).toEqual([
      "keep   newest shared: base of next transfer",
      "keep   2nd good daily; name says 30; not older than 30 d",
      "keep   30th good daily; name says 30; not older than 30 d",
      "remove 31st good daily; name says 30; older than 30 d",
      "remove 32nd good daily; name says 30; older than 30 d",
    ]);
  });

  test("ordinals as people say them", () => {
    const lines = explain(chain(...series("daily", 1, days(125))));
    const rank = (n: number) => lines[n - 1]?.slice(7, 7 + String(n).length + 2);
    const ranks = [2, 3, 4, 10, 11, 12, 13, 14, 21, 22, 23, 101, 110, 111, 112, 113, 114, 121];
    expect(ranks.map(rank).join(" ")).toBe(
      "2nd 3rd 4th 10th 11th 12th 13th 14th 21st 22nd 23rd 101st 110th 111th 112th 113th 114th 121st",
    );
  });

  test("age alone removes nothing: after a long outage all are kept until enough new ones stand", () => {
    expect(explain(chain(...series("daily", 3, days(3, 90 * day))))).toEqual([
      "keep   newest good",
      "keep   2nd good daily; name says 3; older than 3 d, but only 1 newer",
      "keep   3rd good daily; name says 3; older than 3 d, but only 2 newer",
    ]);
    expect(explain(chain(...series("daily", 3, days(3, 90 * day)), ...series("daily", 3, days(2))))).toEqual([
      "keep   newest good",
      "keep   2nd good daily; name says 3; not older than 3 d",
      "keep   3rd good daily; name says 3; older than 3 d, but only 2 newer",
      "remove 4th good daily; name says 3; older than 3 d",
      "remove 5th good daily; name says 3; older than 3 d",
    ]);
  });

  test("number alone removes nothing either", () => {
    expect(
      explain(
        chain(
          ...series(
            "hourly",
            2,
            [0, 1, 2, 3].map((i) => i * 20 * 60_000),
          ),
        ),
      )[3],
    ).toBe("keep   4th good hourly; name says 2; not older than 2 h");
  });

  test("exactly as old as the limit is not older", () => {
    const old = series("daily", 1, [day, 2]);
    expect(removed(judgeBackup(chain(...old), policy())).length).toBe(0);
    expect(removed(judgeBackup(chain(...old), policy({ now: now + 1 }))).length).toBe(1);
  });

  test("a bad one is no reason to remove a good one, but goes like one", () => {
    const snaps = chain(
      point("daily", 1, 1 * hour, { good: false }),
      point("daily", 1, 30 * day),
      point("daily", 1, 40 * day, { good: false }),
    );
    expect(explain(snaps)).toEqual([
      "keep   not good daily; name says 1; not older than 24 h",
      "keep   newest good",
      "remove not good daily; name says 1; older than 24 h",
    ]);
  });

  test("profiles count apart, the newest shared one stays, a hold stays and counts", () => {
    const held = point("daily", 1, 9 * day, { held: "until 2027-01-01 (audit)" });
    const base = { ...point("daily", 1, 7 * day), shared: true };
    const snaps = chain(
      ...series("hourly", 1, [hour / 2, 5 * hour]),
      base,
      held,
      point("daily", 1, 8 * day, { held: true }),
      point("weekly", 1, 20 * day),
    );
    expect(explain(snaps)).toEqual([
      "keep   newest good",
      "remove 2nd good hourly; name says 1; older than 1 h",
      "keep   newest shared: base of next transfer",
      "keep   held",
      "keep   hold until 2027-01-01 (audit)",
      "keep   1st good weekly; name says 1; older than 7 d, but only 0 newer",
    ]);
  });

  test("of many shared ones the newest by id stays, not the newest by time", () => {
    // The clock was a week ahead when the first was taken.
    const snaps = [
      { ...point("daily", 1, 2 * day), id: 7, shared: true },
      { ...point("daily", 1, 9 * day), id: 8, shared: true },
    ];
    expect(explain(snaps)).toEqual([
      "keep   newest shared: base of next transfer",
      "remove 2nd good daily; name says 1; older than 24 h",
    ]);
  });

  test("a name with count 0 does not cost the only copy", () => {
    expect(explain(chain(point("daily", 0, 9 * day), point("daily", 0, 8 * day)))).toEqual([
      "keep   newest good",
      "remove 2nd good daily; name says 0; older than 0 h",
    ]);
  });

  test("strangers, unknown intervals, points of the future", () => {
    const snaps = chain(
      { id: 0 },
      point("old6h", 2, 300 * day),
      point("constructor", 2, 299 * day),
      point("daily", 2, -3 * day),
      point("daily", 2, -4 * day),
    );
    expect(explain(snaps)).toEqual([
      "warn   newest good; in the future: clock trouble",
      "warn   in the future: clock trouble",
      "warn   interval of constructor is unknown",
      "warn   interval of old6h is unknown",
      "keep   not ours",
    ]);
  });

  test("numbers that make no sense keep", () => {
    const snaps = chain(
      point("daily", Number.NaN, 90 * day),
      point("daily", 1, Number.NaN),
      ...series("daily", 1, days(3)),
    );
    const gone = removed(judgeBackup(snaps, policy())).map((verdict) => verdict.snapshot.point);
    expect(gone.every((one) => one !== undefined && one.count + one.time > 0)).toBe(true);
    expect(removed(judgeBackup(snaps, policy({ now: Number.NaN }))).length).toBe(0);
  });
});

describe("what is ordinary", () => {
  const snaps = chain(...series("daily", 2, days(5)));
  test.each([
    ["the name's count", new Map(), 2, "remove"],
    ["a lower one in the configuration changes nothing", byName(profile("daily", 1)), 2, "remove"],
    ["the same", byName(profile("daily", 2)), 2, "remove"],
    ["a higher one: fewer than that stay", byName(profile("daily", 4)), 2, "REMOVE"],
    ["that of another profile says nothing", byName(profile("hourly", 4)), 2, "remove"],
  ])("%s", (_, configured, count, how) => {
    const gone = explain(snaps, { configured }).filter((line) => !line.startsWith("keep"));
    expect(gone.map((line) => line.slice(0, 6))).toEqual(range(count + 1).map(() => how));
  });

  test("a removal never rests on another one: what stays is what counts", () => {
    // Three newer ones exist, but two of them go: the 4th would be left with one newer.
    const mixed = chain(point("daily", 3, 40 * day), ...series("daily", 1, days(3, 20 * day)));
    expect(explain(mixed)).toEqual([
      "keep   newest good",
      "remove 2nd good daily; name says 1; older than 24 h",
      "remove 3rd good daily; name says 1; older than 24 h",
      "keep   4th good daily; name says 3; older than 3 d, but only 1 newer",
    ]);
  });
});

describe("a count that changed: names govern", () => {
  test("lowered, points of the old count wait until that many newer ones stay", () => {
    const snaps = chain(...series("daily", 2, days(3)), ...series("daily", 5, days(6, 9 * day)));
    expect(explain(snaps, { configured: byName(profile("daily", 2)) })).toEqual([
      "keep   newest good",
      "keep   2nd good daily; name says 2; not older than 48 h",
      "remove 3rd good daily; name says 2; older than 48 h",
      "keep   4th good daily; name says 5; older than 5 d, but only 2 newer",
      "keep   5th good daily; name says 5; older than 5 d, but only 3 newer",
      "keep   6th good daily; name says 5; older than 5 d, but only 4 newer",
      "remove 7th good daily; name says 5; older than 5 d",
      "remove 8th good daily; name says 5; older than 5 d",
      "remove 9th good daily; name says 5; older than 5 d",
    ]);
  });

  test("raised, points of the old count go as before, which the brakes count", () => {
    const snaps = chain(...series("daily", 5, days(2)), ...series("daily", 2, days(2, 2 * day)));
    expect(explain(snaps, { configured: byName(profile("daily", 5)) }).slice(2)).toEqual([
      "REMOVE 3rd good daily; name says 2; older than 48 h",
      "REMOVE 4th good daily; name says 2; older than 48 h",
    ]);
  });
});

describe("a count that was re-applied", () => {
  /** Daily points whose names say 30 while 3 was said `ago` ms ago. */
  const lowered = (ages: readonly number[], ago: number) =>
    chain(...ages.map((age) => point("daily", 3, age, { recounted: { named: 30, at: now - ago } })));

  test("what it overtook is for the brakes to count, both counts are named", () => {
    expect(explain(lowered(days(5), 0))).toEqual([
      "keep   newest good",
      "keep   2nd good daily; name says 30, re-applied 3; not older than 3 d",
      "keep   3rd good daily; name says 30, re-applied 3; not older than 3 d",
      "REMOVE 4th good daily; name says 30, re-applied 3; older than 3 d",
      "REMOVE 5th good daily; name says 30, re-applied 3; older than 3 d",
    ]);
  });

  test("what had still its time then goes day by day", () => {
    expect(explain(lowered(days(5), 20 * hour)).slice(3)).toEqual([
      "remove 4th good daily; name says 30, re-applied 3; older than 3 d",
      "REMOVE 5th good daily; name says 30, re-applied 3; older than 3 d",
    ]);
    expect(explain(lowered(days(4), hour)).at(-1)).toMatch(/^remove/); // to the minute
  });

  test("what its name would let go as well goes day by day", () => {
    const newer = series("daily", 30, days(30)); // made after the word, with names of their own
    const old = point("daily", 3, 40 * day, { recounted: { named: 30, at: now } });
    expect(explain(chain(...newer, old)).at(-1)).toBe(
      "remove 31st good daily; name says 30, re-applied 3; older than 3 d",
    );
    expect(explain(chain(...newer.slice(1), old)).at(-1)).toMatch(/^REMOVE/);
  });

  test("raised, it keeps what the name would let go", () => {
    const raised = chain(...days(5).map((age) => point("daily", 9, age, { recounted: { named: 2, at: now } })));
    expect(explain(raised).filter((line) => !line.startsWith("keep"))).toEqual([]);
  });

  test("of a source that vanished it is for the brakes to count, too", () => {
    const vanished = { state: "vanished", extraRetention: 30 * day } as const;
    expect(explain(lowered(days(5), 0), vanished).slice(3)).toEqual([
      "REMOVE vanished; daily older than 3 d",
      "REMOVE vanished; daily older than 3 d",
    ]);
    expect(explain(lowered(days(4), 30 * hour), vanished)[3]).toBe("remove vanished; daily older than 3 d");
  });
});

describe("a point that was made under another interval", () => {
  const made = (age: number, more: Partial<Snap["point"]> = {}) =>
    point("fine", 3, age, { interval: 6 * hour, ...more });
  const now1h = { intervals: () => hour, configured: byName(profile("fine", 3, { interval: hour })) };

  test("goes by its own, whatever the policy says of later ones", () => {
    const older = [made(20 * hour), made(14 * hour), made(8 * hour)];
    expect(explain(chain(...older, ...series("fine", 3, [2 * hour, hour, 0])), now1h)).toEqual([
      "keep   newest good",
      "keep   2nd good fine; name says 3; not older than 3 h",
      "keep   3rd good fine; name says 3; not older than 3 h",
      "keep   4th good fine; name says 3; not older than 18 h",
      "keep   5th good fine; name says 3; not older than 18 h",
      "remove 6th good fine; name says 3; older than 18 h",
    ]);
  });

  test("is for the brakes to count where a shorter one was re-applied, until it would go by its own", () => {
    const reapplied = { interval: hour, recounted: { named: 3, interval: 6 * hour, at: now } };
    const older = [made(20 * hour, reapplied), made(14 * hour, reapplied), made(2 * hour, reapplied)];
    const snaps = chain(...older, ...series("fine", 3, [1.5 * hour, hour, 0]));
    expect(explain(snaps, now1h).slice(3)).toEqual([
      "keep   4th good fine; name says 3 of 6 h each, re-applied 3 of 1 h; not older than 3 h",
      "REMOVE 5th good fine; name says 3 of 6 h each, re-applied 3 of 1 h; older than 3 h",
      "remove 6th good fine; name says 3 of 6 h each, re-applied 3 of 1 h; older than 3 h",
    ]);
    const vanished = { ...now1h, state: "vanished" } as const;
    expect(explain(snaps, vanished).slice(4)).toEqual([
      "REMOVE vanished; fine older than 3 h",
      "remove vanished; fine older than 3 h",
    ]);
  });
});

describe("a source that vanished", () => {
  const vanished = { state: "vanished", extraRetention: 30 * day } as const;

  test("fades by age, the last copy stays beyond its own time", () => {
    const snaps = chain(...series("daily", 30, days(32)));
    expect(explain(snaps, vanished).slice(0, 3)).toEqual([
      "keep   vanished; last copy, kept until 2027-01-01",
      "keep   vanished; daily not older than 30 d",
      "keep   vanished; daily not older than 30 d",
    ]);
    expect(explain(snaps, vanished)[31]).toBe("remove vanished; daily older than 30 d");
    const later = (after: number) => explain(snaps, { ...vanished, now: now + after });
    expect(later(31 * day).filter((line) => line.startsWith("keep"))).toEqual([
      "keep   vanished; last copy, kept until 2027-01-01",
    ]);
    expect(later(60 * day - hour)[0]).toBe("keep   vanished; last copy, kept until 2027-01-01");
    expect(later(60 * day - hour + 1)[0]).toBe("trash  vanished; last copy, kept until 2027-01-01");
  });

  test("if the VM is deleted today: last copy kept until", () => {
    const snaps = chain(...series("daily", 30, days(3)), ...series("hourly", 48, [0]));
    const asked = policy(vanished);
    const date = (time = 0): string => new Date(time).toISOString();
    // The hourly is the newest, but a daily outlives it: the last copy goes with or after it.
    expect(date(lastCopyEnds(snaps, asked))).toBe("2026-12-04T12:00:00.000Z");
    expect(date(lastCopyEnds(chain(...series("daily", 30, [0])), asked))).toBe("2027-01-01T12:00:00.000Z");
    expect(date(lastCopyEnds(snaps, { ...asked, extraRetention: 0 }))).toBe("2026-12-02T11:00:00.000Z");
    expect(lastCopyEnds([], asked)).toBeUndefined();
    expect(lastCopyEnds([...snaps, { id: 99 }], asked)).toBeUndefined();
    expect(lastCopyEnds(chain(point("gone", 1, 0)), asked)).toBeUndefined();
    expect(lastCopyEnds(chain(point("gone", 1, day), point("daily", 1, 0)), asked)).toBeUndefined();
    expect(lastCopyEnds(chain(point("daily", 1, 0, { held: true })), asked)).toBeUndefined();
    expect(date(lastCopyEnds(chain(point("daily", 1, -day)), asked))).toBe("2026-12-04T12:00:00.000Z");
  });

  test("twins of one moment are one copy, the longest-lived of them decides", () => {
    const snaps = chain(...series("daily", 30, [0]), ...series("hourly", 48, [0, hour]));
    const at = (after: number) => explain(snaps, { ...vanished, now: now + after });
    expect(at(10 * day)).toEqual([
      "keep   vanished; last copy, kept until 2027-01-01",
      "keep   vanished; last copy, kept until 2027-01-01",
      "remove vanished; hourly older than 48 h",
    ]);
    expect(at(61 * day).slice(0, 2)).toEqual([
      "trash  vanished; last copy, kept until 2027-01-01",
      "trash  vanished; last copy, kept until 2027-01-01",
    ]);
  });

  test("the last copy is a good one", () => {
    const snaps = chain(point("daily", 1, hour, { good: false }), point("daily", 1, 2 * day));
    expect(explain(snaps, { ...vanished, now: now + 10 * day })).toEqual([
      "remove vanished; daily older than 24 h",
      "keep   vanished; last copy, kept until 2026-12-01",
    ]);
  });

  // oxfmt-ignore
  test.each([
    ["a stranger", { id: 0 }, "keep   not ours"],
    ["a hold", point("daily", 1, 90 * day, { held: "by audit" }), "keep   hold by audit"],
    ["an unknown interval", point("gone", 1, 90 * day), "warn   interval of gone is unknown"],
    ["a longer-lived point", point("yearly", 5, 90 * day), "keep   vanished; yearly not older than 1825 d"],
  ])("%s keeps the last copy from going", (_, snap, line) => {
    const snaps = [{ ...snap, id: 1 }, { ...point("hourly", 1, day), id: 2 }];
    expect(explain(snaps, { ...vanished, now: now + 90 * day })).toEqual([
      "keep   vanished; last copy, goes after all others", line,
    ]);
  });

  test("a last copy that is held, or of an unknown interval", () => {
    const far = { ...vanished, now: now + 900 * day };
    expect(explain(chain(point("daily", 1, 0, { held: true }), point("daily", 1, day)), far)).toEqual([
      "keep   last copy; held",
      "remove vanished; daily older than 24 h",
    ]);
    expect(explain(chain(point("gone", 1, 0)), far)).toEqual(["warn   last copy; interval of gone is unknown"]);
  });

  test("a count beyond all calendars is kept, and throws nothing", () => {
    const snaps = chain(point("daily", 99_999_999_999, 0));
    expect(explain(snaps, vanished)).toEqual(["keep   vanished; last copy, kept until the end of time"]);
    expect(explain([], vanished)).toEqual([]);
  });

  test("dates are of the operator's zone", () => {
    const snaps = chain(point("daily", 1, 0));
    expect(explain(snaps, { ...vanished, timezone: "Pacific/Kiritimati" })).toEqual([
      "keep   vanished; last copy, kept until 2026-12-04",
    ]);
  });
});

const states: readonly [SourceState, string][] = [
  ["unlistable", "frozen: the source could not be listed"],
  ["excluded", "frozen: the source is excluded"],
  ["switched off", "frozen: the source is switched off"],
  ["unconfigured", "frozen: its cluster is not in the configuration"],
];
test.each(states)("nothing moves while the source is %s", (state, because) => {
  const snaps = chain({ id: 0 }, ...series("daily", 1, days(9)));
  const lines = explain(snaps, { state, now: now + 9000 * day });
  expect([...new Set(lines)].sort()).toEqual([`keep   ${because}`, "keep   not ours"]);
});

test("each question is asked once per snapshot, whatever the length of the chain", () => {
  const asked = { point: 0, order: 0, shared: 0, intervals: 0 };
  const base = policy({ configured: byName(profile("daily", 30)) });
  const snaps = chain(...series("daily", 30, days(500)));
  judgeBackup(snaps, {
    ...base,
    point: (snap) => ((asked.point += 1), base.point(snap)),
    order: (snap) => ((asked.order += 1), base.order(snap)),
    shared: (snap) => ((asked.shared += 1), base.shared(snap)),
    intervals: (name) => ((asked.intervals += 1), base.intervals(name)),
  });
  expect(asked).toEqual({ point: 500, order: 500, shared: 500, intervals: 500 });
});
