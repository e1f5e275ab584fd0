import { printable } from "@backurne/model";
import { formatBytes, formatLocalTime, formatSpan } from "@backurne/reports";
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
