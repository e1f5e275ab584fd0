/** `<prefix>;<profile>;<count>;<time>`: the same name on the live image and on the backup image. */
export interface SnapshotName {
  readonly prefix: string;
  readonly profile: string;
  /** How many units of the profile this snapshot is kept, and how many newer ones must exist before it goes. */
  readonly count: number;
  /** Epoch milliseconds. */
  readonly time: number;
  /** Written by the old tool: local time without a zone. */
  readonly legacy: boolean;
}

export interface ReadNames {
  readonly prefix: string;
  /** IANA zone in which names without a zone are read. */
  readonly legacyTimezone: string;
}

export const PROFILE_NAME = /^[A-Za-z0-9_-]+$/;

/** New names carry UTC with a `Z`, so that no change of the clocks ever reorders history. */
export function formatSnapshotName(name: { prefix: string; profile: string; count: number; time: number }): string {
  return `${name.prefix};${name.profile};${name.count};${new Date(name.time).toISOString()}`;
}

/** Undefined: not one of ours, and therefore never touched on either side. */
export function parseSnapshotName(text: string, read: ReadNames): SnapshotName | undefined {
  const head = `${read.prefix};`;
  if (!text.startsWith(head)) return undefined;
  const [profile, count, stamp, ...rest] = text.slice(head.length).split(";");
  if (profile === undefined || count === undefined || stamp === undefined || rest.length > 0) return undefined;
  if (!PROFILE_NAME.test(profile) || !/^\d{1,9}$/.test(count)) return undefined;
  const time = parseStamp(stamp, read.legacyTimezone);
  if (time === undefined) return undefined;
  return {
    prefix: read.prefix,
    profile,
    count: Number(count),
    time: time.epoch,
    legacy: time.legacy,
  };
}

// The old tool wrote Python's isoformat(): the fraction is missing when it is zero.
const STAMP = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(Z?)$/;

function parseStamp(stamp: string, zone: string): { epoch: number; legacy: boolean } | undefined {
  const match = STAMP.exec(stamp);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction = "", utc] = match;
  const milliseconds = Math.trunc(Number(fraction.padEnd(6, "0")) / 1000);
  const parts = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const wall = Date.UTC(parts[0], parts[1] - 1, parts[2], parts[3], parts[4], parts[5], milliseconds);
  if (new Date(wall).toISOString().slice(0, 19) !== stamp.slice(0, 19)) return undefined; // 31 February
  return utc ? { epoch: wall, legacy: false } : { epoch: wallTimeToEpoch(wall, zone), legacy: true };
}

/**
 * The instant at which clocks in `zone` showed `wall` (milliseconds as if they were UTC). In the hour that
 * happens twice the earlier instant is taken; in the hour that is skipped, the time after the jump.
 */
export function wallTimeToEpoch(wall: number, zone: string): number {
  const before = wall - offsetAt(wall - 86_400_000, zone);
  const after = wall - offsetAt(wall + 86_400_000, zone);
  const fits = [before, after].filter((epoch) => epoch + offsetAt(epoch, zone) === wall);
  return fits.length > 0 ? Math.min(...fits) : before;
}

const LOCAL = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::\d\d)?)?$/;

/** A local time, as people write it (`2027-01-01`, its first minute, or `2027-01-01T12:00`), in epoch ms; undefined: it is none. */
export function parseLocalTime(text: string, zone: string): number | undefined {
  const [, day = "", clock = "00:00"] = LOCAL.exec(text) ?? [];
  const wall = Date.parse(`${day}T${clock}:00.000Z`);
  // There is no 31st of February.
  const isDay = !Number.isNaN(wall) && new Date(wall).toISOString().startsWith(day);
  return isDay ? wallTimeToEpoch(wall, zone) : undefined;
}

/** Milliseconds to add to UTC to get what clocks in `zone` show at that instant. */
function offsetAt(epoch: number, zone: string): number {
  const shown = Object.fromEntries(
    formatterOf(zone)
      .formatToParts(epoch)
      .map((part) => [part.type, Number(part.value)]),
  );
  const { year, month, day, hour, minute, second } = shown as Record<string, number>;
  const wall = Date.UTC(year ?? 0, (month ?? 1) - 1, day, (hour ?? 0) % 24, minute, second);
  return wall - Math.floor(epoch / 1000) * 1000;
}

// Building one costs a thousand times a use, and a pool has hundreds of thousands of names.
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone);
  if (!formatter) {
    const numeric = "numeric";
    formatter = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    });
    formatters.set(zone, formatter);
  }
  return formatter;
}
