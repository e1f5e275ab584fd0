import type { CheckStatus } from "@backurne/reports";
import type { ImageListing, ImageUsage, PoolSpace } from "@backurne/model";
import { html } from "hono/html";
import type { Run } from "../documents.ts";
import type { Scene } from "../scene.ts";
import type { Verification } from "../verifications.ts";
import { imageTable } from "./images.ts";
import { compares } from "./verifications.ts";
import { bytes, count, name, type Html } from "./words.ts";

interface Seen {
  readonly images: readonly ImageListing[];
  readonly usage: readonly ImageUsage[] | undefined;
  /** undefined: nobody says, or not yet. */
  readonly space: PoolSpace | undefined;
  readonly check: CheckStatus;
  readonly going: readonly Run[];
  /** Verifications that go on. */
  readonly comparing: readonly Verification[];
  /** Of the runs of this host. */
  readonly trouble?: string | undefined;
}

/** What is protected, what is late, what goes on, the space. */
export function overview({ images, usage, space, check, going, comparing, trouble }: Seen, scene: Scene): Html {
  const current = images.filter(({ kind }) => kind === "current");
  const here = current.filter(({ state }) => state === "present");
  const late = here.filter((image) => image.late.length > 0);
  const wrong = current.filter(({ suspect, alarm }) => suspect !== undefined || alarm !== undefined);
  const used = usage?.reduce((sum, image) => sum + image.used, 0);
  const spaces = new Map(usage?.map((image) => [image.uuid, image.used]));
  const worst = [...images].sort((a, b) => weightOf(b) - weightOf(a));
  const state = { ok: "good", warning: "warn", critical: "bad", unknown: "warn" }[check.state];
  return html`<h1>Overview</h1>
    <p class="lead">
      <span class="chip ${state}">${check.state}</span> ${name(check.summary)}
      <a href="/findings">what was found</a>
    </p>
    <ul class="cards">
      ${card(String(here.length), "disks protected", "good")}
      ${card(String(late.length), "late", late.length > 0 ? "bad" : "good")}
      ${card(String(wrong.length), "suspect or alarmed", wrong.length > 0 ? "bad" : "good")}
      ${card(String(images.reduce((sum, image) => sum + image.snapshots, 0)), "restore points", "")}
      ${card(bytes(used), "used by backups", "")} ${space ? fullness(space) : ""}
    </ul>
    <section aria-labelledby="now">
      <h2 id="now">Now</h2>
      ${trouble === undefined ? "" : html`<p class="bad" role="alert">${name(trouble)}</p>`}
      ${going.length === 0 ? html`<p class="quiet">No run goes on on this host. <a href="/runs">Runs</a></p>` : going.map(goes)}
      ${comparing.map(compares)}
    </section>
    <section aria-labelledby="disks">
      <h2 id="disks">Backups</h2>
      <p hidden>
        <label
          >Show only<input class="filter" type="search" data-filter="#images" placeholder="name, cluster, state  ( / )"
        /></label>
      </p>
      ${imageTable(worst, { spaces, scene })}
    </section>`;
}

function card(number: string, words: string, tone: string): Html {
  return html`<li class="card ${tone}"><b>${number}</b><span>${words}</span></li>`;
}

/** From here on it is time to think of more, as doctor says. */
const NEARLY = 0.85;

function fullness({ pool, stored, available }: PoolSpace): Html {
  const part = stored + available > 0 ? stored / (stored + available) : 1;
  // What is not yet full is never called so.
  const percent = Math.floor(part * 100);
  return card(`${percent}%`, `of pool ${name(pool)} full, room for ${bytes(available)}`, part < NEARLY ? "" : "warn");
}

/** Trouble first; then by name, as they come. */
function weightOf({ late, suspect, alarm, state, kind }: ImageListing): number {
  if (kind !== "current") return -1;
  return (suspect ? 8 : 0) + (alarm ? 4 : 0) + (late.length > 0 ? 2 : 0) + (state === "present" ? 0 : 1);
}

/** A run that goes on; the script makes it move. */
export function goes({ run, progress, started, host, state }: Run): Html {
  const { jobs, bytes: moved, waiting } = progress ?? { jobs: { ended: 0, total: 0 }, bytes: 0, waiting: 0 };
  return html`<div class="run" data-run="${run}">
    <div>
      <a href="/runs/${run}">Run on ${name(host)}</a> <span class="quiet">since ${started.slice(11, 16)}Z</span>
      ${state === "open" ? html`<span class="chip" title="in another process of this host">goes on elsewhere</span>` : ""}
    </div>
    <progress
      class="bar"
      max="${Math.max(1, jobs.total)}"
      value="${jobs.ended}"
      aria-label="Disks that are done"
    ></progress>
    <div data-is="jobs" aria-live="polite">
      ${count(jobs.ended, "disk")} of ${jobs.total}, ${bytes(moved)}, ${waiting} waiting
    </div>
    <ul data-is="transfers" class="mono"></ul>
  </div>`;
}
