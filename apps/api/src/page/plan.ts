import { shortName, type Job, type Plan, type Step } from "@backurne/model";
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
                  ${plan.jobs.map(jobRow)}
                </tbody>
              </table>
            </div>`
      }
    </section>
    <section aria-labelledby="not">
      <h2 id="not">What waits, and what is left out</h2>
      ${plan.skipped.length === 0 ? html`<p class="quiet">Nothing.</p>` : skipped(plan)}
    </section>`;
}

function skipped(plan: Plan): Html {
  return html`<div class="wide">
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
  </div>`;
}

/** A line a disk: what is moved, and behind it what that brings with it. */
function jobRow({ subject, steps }: Job): Html {
  const transfer = steps.find((step) => step.kind === "transfer");
  const [first] = steps;
  const others = steps.filter((step) => step !== first);
  const [disk, more] = [name(shortName(subject)), `${count(others.length, "step")} more`];
  const word = transfer ? (transfer.mode === "full" ? "FULL" : "incr") : "expire";
  return html`<tr>
    <td class="name">${disk}</td>
    <td data-is="Do"><span class="chip ${word === "FULL" ? "warn" : ""}">${word}</span></td>
    <td data-is="Why">
      ${name(first?.because ?? "")}
      ${
        others.length === 0
          ? ""
          : html`<details>
              <summary class="quiet" aria-label="${more} of ${disk}">${more}</summary>
              <ul>
                ${others.map((step) => html`<li><b>${wordOf(step)}</b> ${name(step.because)}</li>`)}
              </ul>
            </details>`
      }
    </td>
    <td data-is="Bytes" class="number">${transfer ? bytes(transfer.bytes) : ""}</td>
  </tr>`;
}

function wordOf(step: Step): string {
  return step.kind === "remove" ? `remove ${step.side}` : step.kind;
}
