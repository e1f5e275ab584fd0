import { BackurneError } from "@backurne/model";

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30m`, `8h`, `2d`, in ms. */
export function readLifetime(text: string): number {
  const [, count, unit = ""] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? [];
  if (count !== undefined) return Number(count) * UNITS[unit]!;
  throw new BackurneError("usage", `--for ${text} is no time`, { hint: "as 30m, 8h or 2d" });
}
