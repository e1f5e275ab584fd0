// Intl and not dayjs.tz: that one reads the zone's wall clock in the zone of the host,
// takes the second of two equal wall times, and is slow.
import { day, hour } from "./duration.ts";

const minute = 60_000;

interface Zone {
  readonly format: Intl.DateTimeFormat;
  /** Asking Intl is slow, and most questions are about the same now. */
  readonly offsets: Map<number, number>;
}
const zones = new Map<string, Zone>();
const mostOffsets = 10_000;

export function isTimezone(name: string): boolean {
  try {
    zoneOf(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * The wall clock of a zone as if it were UTC: ms one can calculate with.
 * @throws RangeError when the zone is unknown.
 */
export function wallClock(instant: number, timezone: string): number {
  return instant + offset(instant, timezone);
}

/**
 * When the wall clock of a zone shows this time: the first of two when a clock is set back;
 * as much later as the clock is set forward when it never shows it.
 */
export function instantOf(wall: number, timezone: string): number {
  const before = offset(wall - day, timezone);
  const first = wall - before;
  if (offset(first, timezone) === before) return first;
  const after = offset(wall + day, timezone);
  const second = wall - after;
  return offset(second, timezone) === after ? second : first;
}

/** How far a zone's clock is ahead of UTC, in ms. */
function offset(instant: number, timezone: string): number {
  const { format, offsets } = zoneOf(timezone);
  const known = offsets.get(instant);
  if (known !== undefined) return known;
  const asked = parseOffset(format.format(instant));
  if (offsets.size >= mostOffsets) offsets.clear();
  offsets.set(instant, asked);
  return asked;
}

function parseOffset(text: string): number {
  const [, sign, hours, minutes, seconds = "0"] = /GMT([+-])(\d+):(\d+)(?::(\d+))?/.exec(text) ?? [];
  if (sign === undefined) return 0;
  const ms = Number(hours) * hour + Number(minutes) * minute + Number(seconds) * 1000;
  return sign === "-" ? -ms : ms;
}

function zoneOf(timezone: string): Zone {
  const known = zones.get(timezone);
  if (known !== undefined) return known;
  // The hour is of no use, but a name of a zone alone brings a whole date with it.
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    timeZoneName: "longOffset",
    hour: "numeric",
  });
  const zone = { format, offsets: new Map<number, number>() };
  zones.set(timezone, zone);
  return zone;
}
