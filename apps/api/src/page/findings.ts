import type { Diagnosis } from "@backurne/model";
import type { CheckStatus } from "@backurne/reports";
import { html } from "hono/html";
import type { Caller, Scene } from "../scene.ts";
import { allows } from "../scopes.ts";
import { action } from "./layout.ts";
import { ago, count, name, type Html } from "./words.ts";

const TONE = { info: "", warning: "warn", critical: "bad", error: "bad" } as const;

/** What precheck has stored, and what `doctor` sees where somebody asks. */
export function findingsSheet(
  { check, diagnosis }: { check: CheckStatus; diagnosis: Diagnosis | undefined },
  { scene, caller }: { scene: Scene; caller: Caller },
): Html {
  const at = check.precheck?.at;
  return html`<h1>Findings</h1>
    <p class="lead">
      Looked ${ago(at, scene)}. ${action(caller, "backup", { path: "/findings", word: "Look again", plain: false })}
    </p>
    <section aria-labelledby="check">
      <h2 id="check">Check: ${name(check.summary)}</h2>
      ${check.problems.length === 0 ? html`<p class="good">Nothing is wrong.</p>` : ""}
      <ul>
        ${check.problems.map(
          ({ severity, kind, about, message, last }) =>
            html`<li>
              <span class="chip ${TONE[severity]}">${kind}</span> <b>${name(about)}</b> ${name(message)}
              ${last ? html`<span class="quiet">last good ${ago(last, scene)}</span>` : ""}
            </li>`,
        )}
      </ul>
    </section>
    ${
      allows(caller.scopes, "backup")
        ? html`<section aria-labelledby="doctor">
            <h2 id="doctor">Doctor</h2>
            ${diagnosis ? findings(diagnosis) : action(caller, "backup", { path: "/findings/doctor", word: "Examine everything (takes a while)", plain: false })}
          </section>`
        : ""
    }`;
}

function findings({ findings: found, probes }: Diagnosis): Html {
  if (found.length === 0) return html`<p class="good">${count(probes.length, "probe")}, and nothing was found.</p>`;
  return html`<ul>
    ${found.map(
      ({ severity, about, what, why, how }) =>
        html`<li>
          <span class="chip ${TONE[severity]}">${severity}</span> <b>${name(about)}</b> ${name(what)}<br />
          <span class="quiet">${name(why)}</span> ${name(how)}
        </li>`,
    )}
  </ul>`;
}
