import type { ExplainedSnapshot } from "@backurne/model";
import { formatLocalTime } from "@backurne/reports";
import { html } from "hono/html";
import type { Scene } from "../scene.ts";
import { name, type Html } from "./words.ts";

type Expiry = Pick<ExplainedSnapshot, "expires" | "expiresBecause">;

/** ms ahead for which the hour matters. */
const SOON = 3 * 86_400_000;

/** The day, or where it is soon the minute; and what keeps it until then, or for ever. */
export function expiryOf({ expires, expiresBecause = "" }: Expiry, scene: Pick<Scene, "settings" | "now">): Html {
  const why = html`<span class="quiet">${name(expiresBecause)}</span>`;
  if (expires === undefined) return html`${expiresBecause === "" ? "–" : html`no date: ${why}`}`;
  const local = formatLocalTime(expires, scene.settings.timezone).slice(0, 16);
  const shown = Date.parse(expires) - scene.now() < SOON ? local : local.slice(0, 10);
  return html`<time datetime="${expires}" title="${local}">${shown}</time> ${why}`;
}

/** The one that goes first; undefined: none does. */
export function nextToGo<T extends Expiry>(points: readonly T[]): (T & { readonly expires: string }) | undefined {
  const going = points.filter((point): point is T & { readonly expires: string } => point.expires !== undefined);
  return going.reduce<(typeof going)[number] | undefined>(
    // Years may have more than four digits: as texts those would come first.
    (first, point) => (first === undefined || Date.parse(point.expires) < Date.parse(first.expires) ? point : first),
    undefined,
  );
}
