import type { ImageVerification } from "@backurne/model";
import { formatClock } from "@backurne/reports";
import { html } from "hono/html";
import type { Caller, Scene } from "../scene.ts";
import type { Verification } from "../verifications.ts";
import { action } from "./layout.ts";
import { bytes, count, imagePath, name, when, type Html } from "./words.ts";

/** Those since the server started, the newest first. */
export function verificationsSection(all: readonly Verification[], scene: Scene): Html {
  return html`<section aria-labelledby="verifications">
    <h2 id="verifications">Verifications</h2>
    ${
      all.length === 0
        ? html`<p class="quiet">None since this server started. The page of an image begins one.</p>`
        : html`<ul>
            ${all.map(
              (one) =>
                html`<li>
                  <a href="/verifications/${one.id}">${when(one.started, scene)}</a> ${chipOf(one)} ${comparedOf(one)}
                </li>`,
            )}
          </ul>`
    }
  </section>`;
}

function chipOf({ state, report }: Verification): Html {
  if (state === "running") return html`<span class="chip">goes on</span>`;
  if (state === "broken") return html`<span class="chip bad">broken</span>`;
  return report?.exit === 0
    ? html`<span class="chip good">well</span>`
    : html`<span class="chip bad">exit ${report?.exit}</span>`;
}

/** The script says it in the same words. */
function comparedOf({ images: { planned, compared, different } }: Verification): string {
  return `${compared} of ${count(planned, "image")} compared, ${different} different`;
}

/** One that goes on; the script makes it move. */
export function compares(one: Verification): Html {
  return html`<div class="run" data-verification="${one.id}">
    <div>
      <a href="/verifications/${one.id}">Verification</a>
      <span class="quiet">since ${one.started.slice(11, 16)}Z</span>
    </div>
    <progress
      class="bar"
      max="${Math.max(1, one.images.planned)}"
      value="${one.images.compared}"
      aria-label="Images that are compared"
    ></progress>
    <div data-is="jobs" aria-live="polite">${comparedOf(one)}</div>
    <ul data-is="transfers" class="mono">
      ${one.comparing
        .slice(0, 12)
        .map(
          ({ reference, bytes: done, expected }) =>
            html`<li>${name(reference)} ${bytes(done)}${expected ? ` of ~${bytes(expected)}` : ""}</li>`,
        )}
    </ul>
  </div>`;
}

/** One while it goes on, or what it found. */
export function verificationSheet(one: Verification, { scene, caller }: { scene: Scene; caller: Caller }): Html {
  const stop = action(caller, "backup", { path: `/verifications/${one.id}/stop`, word: "Stop it" });
  return html`<h1>Verification of ${when(one.started, scene)}</h1>
    <p class="lead">
      ${chipOf(one)} ${comparedOf(one)}
      <span class="mono">${one.id}</span>
      ${one.state === "running" ? stop : ""}
    </p>
    ${one.state === "running" ? html`<section>${compares(one)}</section>` : ""}
    ${one.because === undefined ? "" : html`<p class="bad" role="alert">${name(one.because)}</p>`}
    ${one.report ? found(one.report) : ""}`;
}

const TONE: Partial<Record<ImageVerification["outcome"], string>> = { same: "good", different: "bad", failed: "bad" };

function found({ images, failures }: NonNullable<Verification["report"]>): Html {
  return html`<section aria-labelledby="found">
    <h2 id="found">${count(images.length, "image")}</h2>
    ${failures.map(({ about, message }) => html`<p class="bad">${name(about)}: ${name(message)}</p>`)}
    <div class="wide">
      <table class="stack">
        <thead>
          <tr>
            <th>Image</th>
            <th>Found</th>
            <th>How much</th>
            <th class="number">Read</th>
            <th>Took</th>
            <th>Why</th>
          </tr>
        </thead>
        <tbody>
          ${images.map(
            ({ reference, image, outcome, how, bytes: read, milliseconds, because, snapshot }) =>
              html`<tr>
                <td class="name" title="${name(snapshot ?? "")}">
                  <a href="${imagePath(image)}">${name(reference)}</a>
                </td>
                <td data-is="Found"><span class="chip ${TONE[outcome] ?? ""}">${outcome}</span></td>
                <td data-is="How much">${how ?? "–"}</td>
                <td data-is="Read" class="number">${bytes(read)}</td>
                <td data-is="Took">${milliseconds > 0 ? formatClock(milliseconds) : "–"}</td>
                <td data-is="Why">${name(because ?? "")}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
