const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

const units: Readonly<Record<string, number>> = { m: minute, h: hour, d: day, w: 7 * day };

/** The intervals of the standard profiles, in ms. No prototype: any profile name is a safe key. */
export const standardIntervals: Readonly<Record<string, number>> = Object.freeze(
  Object.assign(Object.create(null), {
    hourly: hour,
    daily: day,
    weekly: 7 * day,
    monthly: 30 * day,
    yearly: 365 * day,
  }),
);

/** "30m", "6h", "2d", "1w" in ms; undefined for anything else, zero included. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit] = /^([0-9]{1,9})([mhdw])$/.exec(text.trim()) ?? [];
  const ms = Number(digits) * (units[unit ?? ""] ?? 0);
  return ms > 0 ? ms : undefined;
}

/** For people: "45 min", "48 h", "30 d". Hours up to three days, because `hourly: 48` is thought of in hours. */
export function formatDuration(ms: number): string {
  if (ms % day === 0 && ms >= 3 * day) return `${ms / day} d`;
  if (ms % hour === 0) return `${ms / hour} h`;
  if (ms >= 3 * day) return `${round(ms / day)} d`;
  if (ms >= hour) return `${round(ms / hour)} h`;
  return `${round(ms / minute)} min`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
