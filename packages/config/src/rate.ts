const units: Readonly<Record<string, number>> = { "": 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** "50M" or 52428800 in bytes a second; undefined for anything else, zero included. */
export function parseRate(rate: string | number): number | undefined {
  const [, digits, unit = ""] = /^(\d{1,12})([KMG]?)$/.exec(String(rate)) ?? [];
  const bytes = Number(digits) * (units[unit] ?? 0);
  return bytes > 0 ? bytes : undefined;
}
