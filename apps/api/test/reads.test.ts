import { expect, test } from "vitest";
import { openReads } from "../src/reads.ts";

const SECOND = 1000;

test.each([
  ["a quick look is as good as a new one for five seconds", 0.1, 5],
  ["a long one four times as long as it took", 3, 12],
  ["a very long one for a minute, and no more", 40, 60],
])("%s", async (_, took, kept) => {
  let now = 1_000_000;
  let looks = 0;
  const reads = openReads(() => now);
  const look = () =>
    reads.share("images", async () => {
      now += took * SECOND;
      return (looks += 1);
    });
  expect(await look()).toBe(1);
  now += kept * SECOND;
  expect(await look()).toBe(1);
  now += 1;
  expect(await look()).toBe(2);
  // Whoever changes something wants to see it.
  reads.forget();
  expect(await look()).toBe(3);
});

test("what could not be looked at is looked at again by whoever asks next", async () => {
  const reads = openReads(() => 0);
  await expect(reads.share("plan", async () => Promise.reject(new Error("no monitor")))).rejects.toThrow("no monitor");
  expect(await reads.share("plan", async () => "seen")).toBe("seen");
});
