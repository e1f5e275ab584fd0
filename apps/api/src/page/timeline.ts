import { html } from "hono/html";
import { name, type Html } from "./words.ts";

/** A restore point on a time line. */
export interface Mark {
  /** Where it leads to on the page. */
  readonly id?: string | undefined;
  readonly profile: string;
  /** ISO 8601 */
  readonly time: string;
  readonly label: string;
  readonly proved?: boolean | undefined;
  readonly held?: boolean | undefined;
  /** The next run removes it. */
  readonly going?: boolean | undefined;
  /** Not all of its disks have it. */
  readonly partial?: boolean | undefined;
}

const HOUR = 3_600_000;
const TICKS = [
  [HOUR, "1 h"],
  [24 * HOUR, "1 d"],
  [7 * 24 * HOUR, "1 w"],
  [30 * 24 * HOUR, "1 mo"],
  [365 * 24 * HOUR, "1 y"],
  [10 * 365 * 24 * HOUR, "10 y"],
] as const;
const LANE = 30;
const TOP = 22;

/** Of what is shown: only guests have points of some of their disks. */
function legendOf(marks: readonly Mark[]): Html {
  return html`<ul class="legend">
    <li><i class="full"></i>compared with its source</li>
    <li><i></i>not compared</li>
    <li>square ring: held</li>
    <li>dashed: goes with the next run</li>
    ${marks.some(({ partial }) => partial) ? html`<li><i class="small"></i>small: not of all disks</li>` : ""}
  </ul>`;
}

/** Hours and years on one line: as far left as it is old, by the logarithm of its age. One lane a profile. */
export function timeline(
  marks: readonly Mark[],
  { now, order, legend }: { readonly now: number; readonly order: readonly string[]; readonly legend: boolean },
): Html {
  const there = new Set(marks.map(({ profile }) => profile));
  const profiles = [...order.filter((one) => there.has(one)), ...[...there].filter((one) => !order.includes(one))];
  if (profiles.length === 0) return html`<p class="quiet">No restore point.</p>`;
  const oldest = Math.max(24 * HOUR, ...marks.map(({ time }) => now - Date.parse(time)));
  const place = (age: number): string =>
    `${(98 - 78 * (Math.log1p(Math.max(0, age) / HOUR) / Math.log1p(oldest / HOUR))).toFixed(3)}%`;
  const height = TOP + profiles.length * LANE + 4;
  const ticks = TICKS.filter(([age]) => age <= oldest).map(
    ([age, word]) =>
      // On a narrow screen there is no room for the last hour.
      html`<line class="rule" x1="${place(age)}" x2="${place(age)}" y1="${TOP - 6}" y2="${height}"></line>
        <text class="${age === HOUR ? "fine" : ""}" x="${place(age)}" y="11" text-anchor="middle">${word}</text>`,
  );
  const lanes = profiles.map((profile, lane) => {
    const y = TOP + lane * LANE + LANE / 2;
    const dots = marks
      .filter((mark) => mark.profile === profile)
      .map((mark) => dot(mark, place(now - Date.parse(mark.time)), y));
    return html`<g class="c${lane % 6}"><text x="0" y="${y + 4}">${name(profile).slice(0, 12)}</text>${dots}</g>`;
  });
  return html`<svg height="${height}" role="group" aria-label="Restore points by age, the newest at the right">
      ${ticks}
      <text x="98%" y="11" text-anchor="end">now</text>
      ${lanes}
    </svg>
    ${legend ? legendOf(marks) : ""}`;
}

function dot({ id, label, proved, held, going, partial }: Mark, x: string, y: number): Html {
  const classes = `dot${proved ? " proved" : ""}${going ? " going" : ""}`;
  const ring = held
    ? html`<svg x="${x}" y="${y}"><rect class="ring" x="-10" y="-10" width="20" height="20" rx="3"></rect></svg>`
    : "";
  const mark = html`<circle class="${classes}" cx="${x}" cy="${y}" r="${partial ? 3.5 : 6}"
      ><title>${label}</title></circle
    >${ring}`;
  return id === undefined ? mark : html`<a href="#${id}" aria-label="${label}">${mark}</a>`;
}
