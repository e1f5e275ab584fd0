import { expect, test } from "vitest";
import { createLimits } from "../src/limits.ts";

const times = (count: number, act: () => void): void => Array.from({ length: count }).forEach(act);

test("so many layers, so many devices, so long: no further", () => {
  let now = 0;
  const { take } = createLimits(() => now);
  times(200, () => take("layers"));
  expect(() => take("layers")).toThrow("left as it is: this mapping has come to 200 layers, and no further");
  times(999, () => take("devices"));
  now = 15 * 60_000;
  take("devices");
  expect(() => take("devices")).toThrow("1000 devices");

  const other = createLimits(() => now);
  now *= 2;
  other.take("layers");
  now += 1;
  expect(() => other.take("layers")).toThrow("15 minutes");
});
