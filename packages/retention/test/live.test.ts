import { describe, expect, test } from "vitest";
import { judgeLive } from "../src/index.ts";
import type { LivePolicy } from "../src/index.ts";
import { byName, profile } from "./chains.ts";

/** A live snapshot by its marks: `s` shared, `k` known, then its profiles; "" is somebody else's. */
function explain(live: readonly string[], more: Partial<LivePolicy<string>> = {}): readonly string[] {
  const verdicts = judgeLive(live, {
    profiles: (snap) => (snap === "" ? undefined : snap.split(" ").slice(1)),
    order: (snap) => live.indexOf(snap),
    shared: (snap) => snap.startsWith("s"),
    known: (snap) => !snap.startsWith("-"),
    configured: byName(profile("hourly", 48, { maxOnLive: 2 }), profile("daily", 30, { maxOnLive: 0 })),
    state: "present",
    transferring: false,
    ...more,
  });
  expect(verdicts.map((verdict) => verdict.snapshot)).toEqual(live);
  const shared = verdicts.filter((verdict) => verdict.snapshot.startsWith("s"));
  expect(shared.length === 0 || shared.at(-1)?.keep).toBe(true);
  for (const { snapshot, keep, ordinary } of verdicts) {
    if (/^-|^$/.test(snapshot)) expect(keep).toBe(true);
    expect(ordinary === undefined).toBe(keep);
  }
  return verdicts
    .map(({ keep, ordinary, because }) => `${keep ? "keep  " : ordinary ? "remove" : "REMOVE"} ${because}`)
    .toReversed();
}

const base = "keep   newest shared: base of next transfer";

// Oldest first; the marks carry a number only to be different from each other.
test("max_on_live extra ones of a profile, beside the newest shared", () => {
  expect(explain(["s1 hourly", "s2 hourly", "s3 hourly", "s4 hourly"])).toEqual([
    base,
    "keep   extra hourly 1; max_on_live 2",
    "keep   extra hourly 2; max_on_live 2",
    "remove beyond max_on_live: hourly 2",
  ]);
});

test("max_on_live 0 leaves the newest shared one", () => {
  expect(explain(["s1 daily", "s2 daily"])).toEqual([base, "remove beyond max_on_live: daily 0"]);
});

test("twins count for each of their profiles", () => {
  expect(explain(["s1 hourly", "s2 daily hourly", "s3 daily", "s4 hourly", "s5 daily"])).toEqual([
    base,
    "keep   extra hourly 1; max_on_live 2",
    "remove beyond max_on_live: daily 0",
    "keep   extra hourly 2; max_on_live 2",
    "remove beyond max_on_live: hourly 2",
  ]);
  expect(explain(["s1 daily hourly", "s2 hourly", "s3 hourly", "s4 hourly"])[3]).toBe(
    "remove beyond max_on_live: daily 0, hourly 2",
  );
});

test("a profile that is gone from the configuration wants nothing, and that is not ordinary", () => {
  expect(explain(["s1 constructor", "s2 gone hourly", "s3 gone daily", "s4 daily"])).toEqual([
    base,
    "REMOVE gone is not in the configuration",
    "keep   extra hourly 1; max_on_live 2",
    "REMOVE constructor is not in the configuration",
  ]);
});

describe("what is not shared", () => {
  const live = ["k1 hourly", "s2 hourly", "", "-3 hourly", "k4 hourly", "-5 hourly"];
  const stranger = "keep   not known here: may be another installation's";
  const leftover = "REMOVE leftover: recorded here, but not shared";

  test("is somebody else's, another installation's, or a leftover of ours", () => {
    expect(explain(live)).toEqual([stranger, leftover, stranger, "keep   not ours", base, leftover]);
  });

  test("may be the snapshot of the transfer that is under way", () => {
    const busy = "keep   newer than the newest shared, and a transfer is under way";
    expect(explain(live, { transferring: true })).toEqual([
      stranger, busy, stranger, "keep   not ours", base, leftover,
    ]); // oxfmt-ignore
    expect(explain(["k1 hourly", "k2 hourly"], { transferring: true })).toEqual([busy, busy]);
  });

  test("without any shared one a leftover is still a leftover", () => {
    expect(explain(["k1 hourly", "-2 hourly"])).toEqual([stranger, leftover]);
  });
});

test.each([
  ["unlistable", "frozen: the source could not be listed"],
  ["vanished", "vanished: left alone"],
  ["excluded", "frozen: the source is excluded"],
  ["switched off", "frozen: the source is switched off"],
  ["unconfigured", "frozen: its cluster is not in the configuration"],
] as const)("nothing is removed while the source is %s", (state, because) => {
  const live = ["", "k1 hourly", "s2 daily", "s3 daily", "k4 hourly"];
  expect(explain(live, { state })).toEqual([...live.slice(1).map(() => `keep   ${because}`), "keep   not ours"]);
});
