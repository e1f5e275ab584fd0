import { html } from "hono/html";
import { count, type Html } from "./words.ts";

/** A table of points, newest first; `third` heads the column in which those of an image and of a guest differ. */
export function pointsSection(rows: readonly Html[], third: Html): Html {
  return html`<section aria-labelledby="points">
    <h2 id="points">${count(rows.length, "point")}</h2>
    <p class="quiet">
      When each expires is told as if runs went on as they do, each of them well, and the policy stayed as it is.
    </p>
    <div class="wide">
      <table class="stack">
        <thead>
          <tr>
            <th>Made</th>
            <th>Profile</th>
            ${third}
            <th>Guest</th>
            <th>Verified</th>
            <th>Stays because</th>
            <th>Expires</th>
            <th></th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </section>`;
}
