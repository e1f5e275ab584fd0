const MINUTE = 60_000;
const UNITS = [
  ["w", 7 * 24 * 60 * MINUTE],
  ["d", 24 * 60 * MINUTE],
  ["h", 60 * MINUTE],
] as const;

/** ms as the configuration writes an interval: "6h". */
export function formatEvery(milliseconds: number): string {
  const [unit, size] = UNITS.find((one) => milliseconds % one[1] === 0) ?? ["m", MINUTE];
  return `${milliseconds / size}${unit}`;
}
