import type { VerifiedMark } from "@backurne/model";
import { expect, test } from "vitest";
import { comparedSince } from "../src/index.ts";

const DAY = 86_400_000;
const day = (count: number): string => new Date(count * DAY).toISOString();
const last: VerifiedMark["last"] = { snapshot: "s", how: "1/30", at: day(100) };
const turn = (began: number, next: number, of = 30): VerifiedMark["turn"] => ({ of, next, began: day(began) });
const round = (began: number, ended: number, of = 30): VerifiedMark["round"] => ({
  of,
  began: day(began),
  ended: day(ended),
});

test.each<[string, Omit<VerifiedMark, "last">, number | undefined]>([
  ["never", {}, undefined],
  ["a first turn", { turn: turn(3, 5) }, 3],
  ["between two turns", { whole: day(0), round: round(0, 29) }, 0],
  [
    "the next share of a turn was compared by the one before",
    { whole: day(0), round: round(0, 29), turn: turn(30, 10) },
    10,
  ],
  ["its last", { whole: day(0), round: round(0, 58), turn: turn(60, 29) }, 58],
  ["other shares than before", { whole: day(0), round: round(0, 4, 5), turn: turn(30, 10) }, 0],
  ["at once", { whole: day(5), round: round(5, 5, 1) }, 5],
  ["at once, long before a turn", { whole: day(5), round: round(5, 5, 1), turn: turn(100, 15) }, 5],
  ["at once within the turn before", { whole: day(31), round: round(30, 59), turn: turn(60, 10) }, 40],
  ["and its first shares are as young as that", { whole: day(41), round: round(30, 59), turn: turn(60, 5) }, 41],
  ["of an earlier version, which wrote no round", { whole: day(0), turn: turn(29, 10) }, 10],
  ["which had compared at once since its turn began", { whole: day(31), turn: turn(30, 10) }, 31],
])("%s", (_, verified, since) => {
  const found = comparedSince({ verified: { last, ...verified } });
  expect(found === undefined ? undefined : Math.round(found / DAY)).toBe(since);
});
