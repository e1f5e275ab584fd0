import { shortName, type Plan, type Step } from "@backurne/model";
import { html } from "hono/html";
import type { Caller } from "../scene.ts";
import { action } from "./layout.ts";
import { bytes, count, name, type Html } from "./words.ts";

/** What a run would do now, and why. */
export function planSheet(plan: Plan, caller: Caller): Html {
  const due = plan.jobs.filter(({ steps }) => steps.some(({ kind }) => kind === "transfer"));
  const removals = plan.jobs.reduce((sum, { steps }) => sum + steps.filter(({ kind }) => kind === "remove").length, 0);
  return html`<h1>Plan</h1>
    <p class="lead">
      ${count(due.length, "disk")} due, ${count(removals, "removal")}.
      ${action(caller, "backup", { path: "/runs", word: "Start this run", plain: false })}
    </p>
    ${plan.warnings.map(({ about, message }) => html`<p class="warn">${name(about)}: ${name(message)}</p>`)}
    ${plan.failures.map(({ about, message }) => html`<p class="bad">${name(about)}: ${name(message)}</p>`)}
    ${plan.refused.map(({ subject, because }) => html`<p class="bad">refused: ${subject ? name(shortName(subject)) : "the whole pool"}: ${name(because)}</p>`)}
    <section aria-labelledby="do">
      <h2 id="do">What would be done</h2>
      ${
        plan.jobs.length === 0
          ? html`<p class="quiet">Nothing.</p>`
          : html`<div class="wide">
              <table class="stack">
                <thead>
                  <tr>
                    <th>Disk</th>
                    <th>Do</th>
                    <th>Why</th>
                    <th class="number">Bytes</th>
                  </tr>
                </thead>
                <tbody>
                  ${plan.jobs.flatMap(({ subject, steps }) => steps.map((step) => stepRow(shortName(subject), step)))}
                </tbody>
              </table>
            </div>`
      }
    </section>
    <section aria-labelledby="not">
      <h2 id="not">What waits, and what is left out</h2>
      <div class="wide">
        <table class="stack">
          <thead>
            <tr>
              <th>Disk</th>
              <th>Do</th>
              <th>Why</th>
            </tr>
          </thead>
          <tbody>
            ${plan.skipped.map(
              ({ subject, do: what, because }) =>
                html`<tr>
                  <td class="name">${name(shortName(subject))}</td>
                  <td data-is="Do">${what}</td>
                  <td data-is="Why">${name(because)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </section>`;
}

function stepRow(disk: string, step: Step): Html {
  const what =
    step.kind === "transfer"
      ? step.mode === "full"
        ? "FULL"
        : "incr"
      : step.kind === "remove"
        ? `remove ${step.side}`
        : step.kind;
  return html`<tr>
    <td class="name">${name(disk)}</td>
    <td data-is="Do"><span class="chip ${what === "FULL" ? "warn" : ""}">${what}</span></td>
    <td data-is="Why">${name(step.because)}</td>
    <td data-is="Bytes" class="number">${step.kind === "transfer" ? bytes(step.bytes) : ""}</td>
  </tr>`;
}
