import { describe, expect, test } from "vitest";
import {
  describeRanges,
  describeSuspect,
  parseMarks,
  parseProofs,
  PROOFS,
  strongerProof,
  type Extent,
} from "../src/index.ts";

const at = "2026-11-02T12:00:00.000Z";
const proof = (how: Extent) => ({ how, at });

test.each<[Extent | undefined, Extent, Extent]>([
  [undefined, "1/30", "1/30"],
  ["1/30", "2/30", "2/30"],
  ["1/30", "sent", "sent"],
  ["sent", "1/30", "sent"],
  ["sent", "full", "full"],
  ["full", "sent", "full"],
  ["full", "1/30", "full"],
])("of %s and then %s, %s stays", (one, other, stays) => {
  expect(strongerProof(one && proof(one), proof(other)).how).toBe(stays);
});

test("a proof of the same kind is as old as the last one", () => {
  expect(strongerProof(proof("full"), { how: "full", at: "later" })).toEqual({ how: "full", at: "later" });
});

test("proofs that cannot be read are none", () => {
  expect(parseProofs({ [PROOFS]: JSON.stringify({ one: proof("sent") }) })).toEqual({ one: proof("sent") });
  for (const text of ["", "{", "[]", "null", "7"]) expect(parseProofs({ [PROOFS]: text })).toEqual({});
  expect(parseProofs({})).toEqual({});
});

describe("why a chain is suspect", () => {
  const range = (offset: number) => ({ offset, length: 4096 });
  test.each<[unknown, string]>([
    [
      { snapshot: "one", ranges: [range(0)], how: "sent", at },
      "a verification failed on 2026-11-02: one differs from its source at 0+4096",
    ],
    [
      { snapshot: "one", ranges: [], how: "full", at },
      "a verification failed on 2026-11-02: one differs from its source",
    ],
    ["by hand", "a verification failed"],
    [{ since: at }, "a verification failed"],
    [true, "a verification failed"],
  ])("%j", (mark, words) => expect(describeSuspect(mark)).toBe(words));

  test("names the first places only", () => {
    expect(describeRanges([0, 1, 2, 3].map(range))).toBe("0+4096, 1+4096, 2+4096, …");
  });
});

test("the mark is read, and one that says something else is named", () => {
  const verified = { last: { snapshot: "one", ...proof("1/30") }, turn: { of: 30, next: 1, began: at }, begun: at };
  expect(parseMarks({ "backurne.verified": JSON.stringify(verified) })).toEqual({ verified });
  expect(parseMarks({ "backurne.verified": "{}" })).toEqual({ unreadable: "backurne.verified is {}" });
});
