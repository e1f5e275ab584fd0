const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] as const;

/** `410 MiB`, `1.2 GiB`. */
export function formatBytes(bytes: number): string {
  const unit = unitOf(bytes);
  return `${scale(bytes, unit)} ${UNITS[unit]}`;
}

/** `1.2G`, `61G`, `0`: for narrow columns. */
export function formatShortBytes(bytes: number): string {
  const unit = unitOf(bytes);
  return unit === 0 ? String(bytes) : `${scale(bytes, unit)}${UNITS[unit]?.slice(0, 1)}`;
}

/** `1.2/3.4 GiB`: both in the unit of the whole. */
export function formatPart(bytes: number, whole: number): string {
  const unit = unitOf(whole);
  return `${scale(bytes, unit)}/${scale(whole, unit)} ${UNITS[unit]}`;
}

/** `44 of ~146 GiB`. */
export function formatOf(bytes: number, whole: number): string {
  return formatPart(bytes, whole).replace("/", " of ~");
}

/** `3.2:1`: what the wire saved. */
export function formatRatio(bytes: number, wire: number): string {
  const ratio = bytes / Math.max(1, wire);
  return `${ratio >= 9.95 ? Math.round(ratio) : ratio.toFixed(1)}:1`;
}

/** Bytes per second, in the units line speeds are sold in: `61 MB/s`. */
export function formatRate(bytesPerSecond: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytesPerSecond;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${shorten(value, unit)} ${units[unit]}/s`;
}

/** A running or measured time in ms: `0:36`, `12:20`, `1:02:03`. */
export function formatClock(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number: number) => String(number).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** A span in ms as a person says it: `40 s`, `8 min`, `1 h 40 min`, `21 d`. */
export function formatSpan(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return `${Math.max(0, Math.floor(milliseconds / 1000))} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 10) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

/** `2026-10-31 01:00:03` on a clock in `zone` (IANA). `time`: ISO 8601 or epoch ms. */
export function formatLocalTime(time: string | number, zone: string): string {
  return clockIn(zone).format(typeof time === "string" ? Date.parse(time) : time);
}

/** `12:00:03Z`: the time of day of an ISO 8601 instant. */
export function formatUtcClock(time: string): string {
  return `${time.slice(11, 19)}Z`;
}

function unitOf(bytes: number): number {
  let unit = 0;
  for (let value = bytes; value >= 1023.5 && unit < UNITS.length - 1; value /= 1024) unit += 1;
  return unit;
}

function scale(bytes: number, unit: number): string {
  return shorten(bytes / 1024 ** unit, unit);
}

// Three significant places are as much as anybody reads; a byte has no parts.
function shorten(value: number, unit: number): string {
  return unit === 0 || value === 0 || value >= 9.95 ? String(Math.round(value)) : value.toFixed(1);
}

// Building one costs a thousand times a use.
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockIn(zone: string): Intl.DateTimeFormat {
  let clock = clocks.get(zone);
  if (!clock) {
    // Swedish writes times as ISO 8601 does.
    clock = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
    clocks.set(zone, clock);
  }
  return clock;
}
