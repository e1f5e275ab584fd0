import { shortName, type RunEvent } from "@backurne/model";
import { formatClock, formatLocalTime, goesOn, startTelling, type RunSummary } from "@backurne/reports";
import { html } from "hono/html";
import type { Run } from "../documents.ts";
import type { RunList } from "../runs/runs.ts";
import type { Caller, Scene } from "../scene.ts";
import { action } from "./layout.ts";
import { goes } from "./overview.ts";
import { verificationsSection } from "./verifications.ts";
import { bytes, count, name, when, type Html } from "./words.ts";

/** The newest first. */
export function runsSheet({ runs, trouble }: RunList, { scene, caller }: { scene: Scene; caller: Caller }): Html {
  return html`<h1>Runs</h1>
    <p class="lead">Of this host. ${action(caller, "backup", { path: "/runs", word: "Start a run", plain: false })}</p>
    ${trouble === undefined ? "" : html`<p class="bad" role="alert">${name(trouble)}</p>`}
    <section>
      ${
        runs.length === 0
          ? html`<p class="quiet">None yet.</p>`
          : html`<div class="wide">
              <table class="stack">
                <thead>
                  <tr>
                    <th>Started</th>
                    <th>State</th>
                    <th>Took</th>
                    <th class="number">Done</th>
                    <th class="number">Failed</th>
                    <th class="number">Held</th>
                    <th class="number">Bytes</th>
                  </tr>
                </thead>
                <tbody>
                  ${runs.map((run) => runRow(run, scene))}
                </tbody>
              </table>
            </div>`
      }
    </section>
    ${verificationsSection(scene.verifications.list(), scene)}`;
}

function runRow(run: RunSummary, scene: Scene): Html {
  const { started, ended, totals } = run;
  const took = ended === undefined ? "–" : formatClock(Date.parse(ended) - Date.parse(started));
  return html`<tr>
    <td class="name">
      <a href="/runs/${run.run}">${when(started, scene)}</a> <span class="quiet">${name(run.host)}</span>
    </td>
    <td data-is="State">${chipOf(run, scene)}</td>
    <td data-is="Took">${took}</td>
    <td data-is="Done" class="number">${totals?.done ?? "–"}</td>
    <td data-is="Failed" class="number ${totals?.failed ? "bad" : ""}">${totals?.failed ?? "–"}</td>
    <td data-is="Held" class="number">${totals?.held ?? "–"}</td>
    <td data-is="Bytes" class="number">${bytes(totals?.bytes)}</td>
  </tr>`;
}

function chipOf(run: RunSummary, { now }: Pick<Scene, "now">): Html {
  const { state, exit } = run;
  if (goesOn(run, now())) return html`<span class="chip">goes on elsewhere</span>`;
  if (state === "running") return html`<span class="chip">goes on</span>`;
  if (state === "open") return html`<span class="chip warn">no end seen</span>`;
  return exit === 0 ? html`<span class="chip good">well</span>` : html`<span class="chip bad">exit ${exit}</span>`;
}

/** A run while it goes on, or what came of it. */
export function runSheet(
  run: Run,
  { scene, caller, events }: { scene: Scene; caller: Caller; events: readonly RunEvent[] },
): Html {
  const going = run.state === "running" || goesOn(run, scene.now());
  return html`<h1>Run of ${when(run.started, scene)}</h1>
    <p class="lead">
      ${chipOf(run, scene)} on ${name(run.host)}
      <span class="mono">${run.run}</span>
      ${run.state === "running" ? action(caller, "backup", { path: `/runs/${run.run}/stop`, word: "Stop it" }) : ""}
    </p>
    ${going ? html`<section>${goes(run)}</section>` : run.report ? outcome(run.report) : ""} ${toldLines(events, scene)}`;
}

/** So many lines at most, the newest. */
const LINES = 500;

/** What a person would have been told at a terminal. */
function toldLines(events: readonly RunEvent[], { settings }: Scene): Html {
  const tell = startTelling();
  const lines = events.flatMap((event) => tell(event).map((line) => ({ ...line, at: event.at })));
  if (lines.length === 0) return html``;
  const left = lines.length - LINES;
  return html`<section aria-labelledby="events">
    <h2 id="events">Events</h2>
    ${left > 0 ? html`<p class="quiet">${count(left, "line")} before these</p>` : ""}
    <ul>
      ${lines.slice(-LINES).map(
        ({ at, level, text }) =>
          html`<li class="${TONE[level]}">
            <time datetime="${at}" class="quiet">${formatLocalTime(at, settings.timezone).slice(11)}</time>
            ${name(text)}
          </li>`,
      )}
    </ul>
  </section>`;
}

const TONE = { info: "", warn: "warn", error: "bad" } as const;

function outcome({ jobs, failures, refused, warnings, hooks }: NonNullable<Run["report"]>): Html {
  const told = [
    ...failures.map(
      ({ about, failure }) =>
        html`<li class="bad">
          ${name(about)}: ${name(failure.message)} <span class="quiet">${name(failure.hint ?? "")}</span>
        </li>`,
    ),
    ...refused.map(
      ({ subject, because }) =>
        html`<li class="bad">refused ${subject ? name(shortName(subject)) : "the whole pool"}: ${name(because)}</li>`,
    ),
    ...warnings.map(({ about, message }) => html`<li class="warn">${name(about)}: ${name(message)}</li>`),
    ...hooks
      .filter(({ failure }) => failure !== undefined)
      .map(({ hook, about, failure }) => html`<li class="bad">${hook} ${name(about)}: ${name(failure ?? "")}</li>`),
  ];
  return html`${
      told.length > 0
        ? html`<section>
            <h2>What went wrong</h2>
            <ul>
              ${told}
            </ul>
          </section>`
        : ""
    }
    <section>
      <h2>Disks</h2>
      <div class="wide">
        <table class="stack">
          <thead>
            <tr>
              <th>Disk</th>
              <th>Outcome</th>
              <th>Mode</th>
              <th>Took</th>
              <th class="number">Bytes</th>
              <th>Verified</th>
              <th>Why</th>
            </tr>
          </thead>
          <tbody>
            ${jobs.map(
              (job) =>
                html`<tr>
                  <td class="name">${name(shortName(job.subject))}</td>
                  <td data-is="Outcome">
                    <span class="chip ${job.outcome === "failed" ? "bad" : job.outcome === "done" ? "good" : ""}"
                      >${job.outcome}</span
                    >
                  </td>
                  <td data-is="Mode">${job.mode ?? "–"}</td>
                  <td data-is="Took">${job.milliseconds > 0 ? formatClock(job.milliseconds) : "–"}</td>
                  <td data-is="Bytes" class="number">${bytes(job.bytes)}</td>
                  <td data-is="Verified">${job.verified ?? "–"}</td>
                  <td data-is="Why">${name(job.failure?.message ?? job.because ?? "")}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </section>`;
}
