import { day, hour } from "./duration.ts";

/** Points on the wall clock, `every` so many units. Fields larger than the unit have no meaning. */
export interface Slot {
  readonly unit: "hour" | "day" | "week" | "month" | "year";
  readonly every: number;
  /** 0: January. */
  readonly month: number;
  /** 1 to 31; in a shorter month its last day. */
  readonly day: number;
  /** 0: Sunday. */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

export interface Problem {
  readonly problem: string;
}

const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const months = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const syntax = /^(?:(?:([a-z]{3}) +)?([0-9]{1,2}) +|([a-z]{3}) +)?([0-9]{1,2})?:([0-9]{2})$/;

/** The forms of `at`, by what the interval counts in. */
const forms: Readonly<Record<Slot["unit"], string>> = {
  hour: '":15" or "01:15"',
  day: '"01:00"',
  week: '"Sun 02:00"',
  month: '"1 02:00"',
  year: '"Jan 1 02:00"',
};

/** Reads `at` for a profile of that interval (ms): which slots it means, or what is wrong with it. */
export function parseAt(text: string, interval: number): Slot | Problem {
  const step = stepOf(interval);
  if (step === undefined) {
    return {
      problem: `"at" needs an interval of hours that divide a day, or of whole days, weeks, months (30 days) or years (365 days)`,
    };
  }
  const wanted = { problem: `expected ${forms[step.unit]} for this interval, not "${text}"` };
  const match = syntax.exec(text.trim().toLowerCase());
  if (match === null) return wanted;
  const [, monthName, dayText, weekdayName, hourText, minuteText] = match;
  const month = monthName === undefined ? 0 : months.indexOf(monthName);
  const weekday = weekdayName === undefined ? 0 : weekdays.indexOf(weekdayName);
  const slot = {
    ...step,
    month,
    weekday,
    day: Number(dayText ?? 1),
    hour: Number(hourText ?? 0),
    minute: Number(minuteText),
  };
  if (!isOnTheClock(slot)) return { problem: `there is no such time as "${text}"` };
  const given: Slot["unit"] = monthName ? "year" : dayText ? "month" : weekdayName ? "week" : "day";
  const short = hourText === undefined;
  const fits = step.unit === "hour" ? given === "day" : given === step.unit && !short;
  return fits ? slot : wanted;
}

function isOnTheClock(slot: Slot): boolean {
  return (
    slot.month >= 0 &&
    slot.weekday >= 0 &&
    // Any leap year: "Feb 29" is a day, "Feb 30" and "Feb 0" are none.
    new Date(Date.UTC(2024, slot.month, slot.day)).getUTCMonth() === slot.month &&
    slot.hour < 24 &&
    slot.minute < 60
  );
}

function stepOf(interval: number): Pick<Slot, "unit" | "every"> | undefined {
  const days = interval / day;
  if (days < 1) return day % interval === 0 ? whole("hour", interval / hour) : undefined;
  if (days % 365 === 0) return whole("year", days / 365);
  if (days % 30 === 0) return whole("month", days / 30);
  if (days % 7 === 0) return whole("week", days / 7);
  return whole("day", days);
}

function whole(unit: Slot["unit"], every: number): Pick<Slot, "unit" | "every"> | undefined {
  return Number.isInteger(every) && every > 0 ? { unit, every } : undefined;
}
