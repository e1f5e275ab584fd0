import dayjs from "dayjs";
import utc from "dayjs/plugin/utc.js";
import { day, hour } from "./duration.ts";
import type { Slot } from "./slot.ts";
import { instantOf, wallClock } from "./timezone.ts";

dayjs.extend(utc);

/** The slots on both sides of now: `last` at or before it, `next` after it. */
export interface Neighbours {
  readonly last: number;
  readonly next: number;
}

/**
 * A slot in an hour that the clock skips comes as much later, a slot in an hour that the clock
 * shows twice comes the first time: each once. Hourly slots count real hours and miss none.
 */
export function slotsAround(slot: Slot, now: number, timezone: string): Neighbours {
  if (slot.unit === "hour" && slot.every === 1) return hoursAround(slot, now, timezone);
  const slotAt = (k: number): number => instantOf(wallTime(slot, k), timezone);
  let k = indexOf(slot, wallClock(now, timezone));
  while (slotAt(k) > now) k -= 1;
  while (slotAt(k + 1) <= now) k += 1;
  return { last: slotAt(k), next: slotAt(k + 1) };
}

/** For people, on the wall clock of the zone: the time alone when it is of the same day as now. */
export function formatTime(instant: number, now: number, timezone: string): string {
  const [date, time] = wallText(instant, timezone);
  const [today] = wallText(now, timezone);
  return date === today ? time : `${date} ${time}`.trim();
}

/** Epoch ms: the last moment that a Date can say. */
const LAST_DATE = 8.64e15;

/** ISO 8601. A count without end, or an interval, may lead beyond all dates: then it is the last one. */
export function formatInstant(instant: number): string {
  return new Date(Math.min(instant, LAST_DATE)).toISOString();
}

/** The date alone. */
export function formatDate(instant: number, timezone: string): string {
  return wallText(instant, timezone)[0];
}

function wallText(instant: number, timezone: string): readonly [date: string, time: string] {
  // A count in a name can be any number: a reason must never throw for it.
  if (instant > LAST_DATE - 2 * day) return ["the end of time", ""];
  const text = new Date(wallClock(instant, timezone)).toISOString();
  return [text.slice(0, -14), text.slice(-13, -8)];
}

function hoursAround(slot: Slot, now: number, timezone: string): Neighbours {
  const past = wallClock(now, timezone) - slot.minute * 60_000;
  const last = now - (past - Math.floor(past / hour) * hour);
  return { last, next: last + hour };
}

/** The number of a slot that is near that wall time; the slots are numbered from 1970 on. */
function indexOf(slot: Slot, wall: number): number {
  const date = dayjs.utc(wall);
  const months = (date.year() - 1970) * 12 + date.month();
  const units = { hour: wall / hour, day: wall / day, week: wall / day / 7, month: months };
  const unit = slot.unit === "year" ? date.year() - 1970 : units[slot.unit];
  return Math.floor(unit / slot.every);
}

function wallTime(slot: Slot, k: number): number {
  const n = k * slot.every;
  const time = slot.hour * hour + slot.minute * 60_000;
  switch (slot.unit) {
    case "hour":
      return n * hour + (time % (slot.every * hour));
    case "day":
      return n * day + time;
    case "week":
      // 1970-01-01 was a Thursday.
      return (n * 7 + ((slot.weekday + 3) % 7)) * day + time;
    case "month":
      return dayOfMonth(n, slot.day) + time;
    case "year":
      return dayOfMonth(n * 12 + slot.month, slot.day) + time;
  }
}

/** `months` since January 1970. */
function dayOfMonth(months: number, wanted: number): number {
  const first = dayjs.utc(0).add(months, "month");
  return first.valueOf() + (Math.min(wanted, first.daysInMonth()) - 1) * day;
}
