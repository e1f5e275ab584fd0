import { html } from "hono/html";
import type { Html } from "./words.ts";

/** How many points of each profile stand, at some moments. */
export type Standing = readonly { readonly at: string; readonly points: Readonly<Record<string, number>> }[];

const WIDTH = 1000;
const HEIGHT = 220;

/** Bands on top of each other, one a profile. */
export function bands(standing: Standing, profiles: readonly string[], label: string): Html {
  const first = standing[0];
  const last = standing.at(-1);
  if (!first || !last || standing.length < 2) return html`<p class="quiet">Too few runs to draw.</p>`;
  const totals = standing.map(({ points }) => Object.values(points).reduce((sum, one) => sum + one, 0));
  const most = Math.max(1, ...totals);
  const x = (index: number): string => ((index / (standing.length - 1)) * WIDTH).toFixed(1);
  const y = (value: number): string => (HEIGHT - (value / most) * HEIGHT).toFixed(1);
  let below = standing.map(() => 0);
  const paths = profiles.map((profile, index) => {
    const floor = below;
    const ceiling = floor.map((value, at) => value + (standing[at]?.points[profile] ?? 0));
    below = ceiling;
    const upper = ceiling.map((value, at) => `${x(at)},${y(value)}`);
    const lower = floor.map((value, at) => `${x(at)},${y(value)}`).reverse();
    return html`<polygon class="band c${index % 6}" points="${[...upper, ...lower].join(" ")}"></polygon>`;
  });
  const legend = profiles.map((profile, index) => {
    const count = last.points[profile] ?? 0;
    return html`<li><i class="full c${index % 6}"></i>${profile}: ${count}</li>`;
  });
  return html`<svg
      viewBox="0 0 ${WIDTH} ${HEIGHT}"
      height="${HEIGHT}"
      preserveAspectRatio="none"
      role="img"
      aria-label="${label}"
    >
      <line class="rule" x1="0" x2="${WIDTH}" y1="${HEIGHT}" y2="${HEIGHT}"></line>
      ${paths}
    </svg>
    <div class="axis">
      <span>${first.at.slice(0, 10)}</span><span>at most ${most} points</span><span>${last.at.slice(0, 10)}</span>
    </div>
    <ul class="legend">
      ${legend}
    </ul>`;
}
