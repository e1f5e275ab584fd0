import { printable } from "@backurne/model";
import { formatBytes, formatLocalTime, formatSpan, formatUtcClock } from "@backurne/reports";
import { html } from "hono/html";
import type { Scene } from "../scene.ts";

/** What hono/html makes: text in it is escaped, and so is what it is put into. */
export type Html = ReturnType<typeof html>;

/** Names are data: whatever they hold is shown, on one line. */
export function name(text: string): string {
  return printable(text);
}

export function ago(time: string | undefined, { now }: Pick<Scene, "now">): string {
  return time === undefined ? "never" : `${formatSpan(now() - Date.parse(time))} ago`;
}

/** `<time>` with the local minute, and how long ago on hovering. */
export function when(time: string | undefined, scene: Pick<Scene, "now" | "settings">): Html {
  if (time === undefined) return html`–`;
  const local = formatLocalTime(time, scene.settings.timezone).slice(0, 16);
  return html`<time datetime="${time}" title="${ago(time, scene)}">${local}</time>`;
}

const HOUR = 3_600_000;

/** A time as a name says it: by the second, and by UTC, too, in the hour that clocks show twice. */
export function exactly(time: string, { settings: { timezone } }: Pick<Scene, "settings">): string {
  const local = formatLocalTime(time, timezone);
  const isOther = (shift: number) => formatLocalTime(Date.parse(time) + shift, timezone) === local;
  return isOther(HOUR) || isOther(-HOUR) ? `${local} (${formatUtcClock(time)})` : local;
}

export function bytes(size: number | undefined): string {
  return size === undefined ? "–" : formatBytes(size);
}

export function imagePath(reference: string): string {
  return `/images/${encodeURIComponent(reference)}`;
}

/** `reference` as `findGuest` of the engine understands it. */
export function guestPath(reference: string): string {
  return `/guests/${encodeURIComponent(reference)}`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
