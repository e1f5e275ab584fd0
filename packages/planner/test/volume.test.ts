import type { Moved } from "@backurne/model";
import { describe, expect, test } from "vitest";
import { judgeVolume, usualVolume } from "../src/index.ts";

const day = 86_400_000;

describe("what is usual", () => {
  const history = (...bytes: readonly number[]): readonly Moved[] =>
    bytes.map((one, index) => ({ at: new Date(index * day).toISOString(), bytes: one }));
  const next = 10 * day;

  test.each([
    ["one outlier of ten does not count", history(1, 1, 1, 1, 1, 1, 1, 1, 1, 900), 1],
    ["two do", history(1, 1, 1, 1, 1, 1, 1, 1, 800, 900), 800],
    ["nothing ever changed", history(0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0],
  ])("%s", (_, moved, usually) => expect(usualVolume(moved, next)).toBe(usually));

  test("a run a little early, or two at one time, make it no less", () => {
    expect(usualVolume(history(5, 5, 5, 5, 5, 5, 5), 6 * day)).toBe(5);
    const together = history(5, 5, 5, 5, 5, 5, 5).map((moved) => ({ ...moved, at: new Date(0).toISOString() }));
    expect(usualVolume(together, next)).toBe(5);
  });

  test("a disk at rest that begins to change raises one", () => {
    const at = new Date(next).toISOString();
    const limits = { factor: 8, atLeast: 100, share: 0 };
    expect(judgeVolume(history(0, 0, 0, 0, 0, 0, 0), { at, bytes: 101 }, limits)).toMatchObject({ bytes: 101 });
    expect(judgeVolume(history(0, 0, 0, 0, 0, 0, 0), { at, bytes: 100 }, limits)).toBeUndefined();
  });
});
