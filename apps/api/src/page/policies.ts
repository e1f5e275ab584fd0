import type { ProfileSettings, Settings } from "@backurne/model";
import type { Profile } from "@backurne/retention";
import { html } from "hono/html";
import { formatEvery } from "../every.ts";
import { play } from "../simulation.ts";
import { bands } from "./chart.ts";
import { timeline } from "./timeline.ts";
import { name, type Html } from "./words.ts";

const DAY = 86_400_000;
const YEARS = 10;

/** A line of the form. */
export interface Tried {
  readonly name: string;
  readonly count: string;
  readonly every: string;
  readonly at: string;
}

export function triedOf({ name: profile, count, interval, at = "" }: ProfileSettings): Tried {
  return { name: profile, count: String(count), every: formatEvery(interval), at };
}

/** What is configured, and ten years of whatever somebody tries. */
export async function policiesSheet(
  {
    settings,
    tried,
    profiles,
    problem,
  }: { settings: Settings; tried: readonly Tried[]; profiles: readonly Profile[]; problem?: string },
  now: number,
): Promise<Awaited<Html>> {
  const lines = [...tried, { name: "", count: "", every: "", at: "" }];
  return html`<h1>Policies</h1>
    <p class="lead">What is configured, and what it comes to in ten years. Trying something changes nothing.</p>
    <section aria-labelledby="configured">
      <h2 id="configured">Configured</h2>
      <div class="wide">
        <table class="stack">
          <thead>
            <tr>
              <th>Cluster</th>
              <th>Profiles</th>
            </tr>
          </thead>
          <tbody>
            ${settings.liveClusters.map(
              (cluster) =>
                html`<tr>
                  <td class="name">${name(cluster.name)}</td>
                  <td>
                    ${cluster.profiles.map(
                      (one) =>
                        html`<span class="chip"
                          >${name(one.name)}
                          ${one.count}${one.at ? ` at ${one.at}` : ""}${one.default ? "" : " where named"}</span
                        > `,
                    )}
                  </td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </section>
    <section aria-labelledby="try">
      <h2 id="try">Try one</h2>
      <form method="get" action="/policies">
        ${lines.map(
          (line, index) =>
            html`<div class="fields" role="group" aria-label="Profile ${index + 1}">
              ${field("name", "profile", line.name, 12)}${field("count", "keep", line.count, 5)}
              ${field("every", "every", line.every, 5)}${field("at", "at", line.at, 9)}
            </div>`,
        )}
        <button>Play ten years</button>
      </form>
      ${problem === undefined ? "" : html`<p class="bad" role="alert">${name(problem)}</p>`}
    </section>
    ${profiles.length > 0 && problem === undefined ? await played(profiles, { now, timezone: settings.timezone }) : ""}`;
}

function field(key: string, label: string, value: string, size: number): Html {
  return html`<label>${label}<input name="${key}" value="${value}" size="${size}" autocomplete="off" /></label>`;
}

/**
 * Ten years of hourly runs take a minute, and say of an hourly profile what its first days say: so what is kept by the day
 * or longer is played for ten years, and what is kept by the hour at their end.
 */
async function played(
  profiles: readonly Profile[],
  { now, timezone }: { now: number; timezone: string },
): Promise<Awaited<Html>> {
  const end = now + YEARS * 365 * DAY;
  const [slow, fast] = [
    profiles.filter(({ interval }) => interval >= DAY),
    profiles.filter(({ interval }) => interval < DAY),
  ];
  const base = { timezone, extraRetention: 0, state: "present" } as const;
  const long =
    slow.length > 0 ? await play({ ...base, profiles: slow, now }, { days: YEARS * 365, every: DAY }) : undefined;
  const span = Math.max(0, ...fast.map(({ interval, count }) => Math.ceil((interval * (count + 2)) / DAY) + 1));
  const short = span > 0 ? await play({ ...base, profiles: fast, now: end - span * DAY }, { days: span }) : undefined;
  const level = Object.fromEntries(fast.map(({ name: one }) => [one, short?.standing.at(-1)?.points[one] ?? 0]));
  const standing = (long?.standing ?? short?.standing ?? []).map(({ at, points }) => ({
    at,
    points: long ? { ...level, ...points } : points,
  }));
  const left = [...(short?.left ?? []), ...(long?.left ?? [])];
  const marks = left.map(({ profile, time }) => ({ profile, time, label: `${profile} ${time}`, proved: true }));
  const names = [...fast, ...slow].map((one) => one.name);
  return html`<section aria-labelledby="played">
      <h2 id="played">How many points stand</h2>
      ${bands(standing, names, `Points that stand in ten years of ${names.join(", ")}`)}
    </section>
    <section aria-labelledby="left">
      <h2 id="left">What could be restored then: ${left.length} points</h2>
      ${timeline(marks, { now: end, order: names, legend: false })}
    </section>`;
}
