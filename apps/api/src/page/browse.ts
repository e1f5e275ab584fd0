import type { Mapping } from "@backurne/model";
import type { FileEntry, FilePage } from "backurne";
import { html, raw } from "hono/html";
import type { Caller, Scene } from "../scene.ts";
import { allows } from "../scopes.ts";
import { action } from "./layout.ts";
import { bytes, count, name, when, type Html } from "./words.ts";

interface Around {
  readonly scene: Scene;
  readonly caller: Caller;
}

/** What is open on this host. */
export function mappingsSheet(mappings: readonly Mapping[], around: Around): Html {
  return html`<h1>Mapped backups</h1>
    <p class="lead">Open on this host to look into; what is written there is thrown away with them.</p>
    ${
      mappings.length === 0
        ? html`<section><p class="quiet">None. A restore point on the page of its image opens one.</p></section>`
        : mappings.map((mapping) => mappingSection(mapping, around))
    }`;
}

function mappingSection(
  { id, backups, by, since, expires, state, differences, devices }: Mapping,
  around: Around,
): Html {
  const { scene, caller } = around;
  const mounted = devices.filter(({ mountpoint }) => mountpoint !== undefined).length;
  const looks = state === "ok" && mounted > 0 && allows(caller.scopes, "explore");
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${id} <span class="chip ${state === "ok" ? "good" : "bad"}">${state}</span></h2>
    <ul>
      ${backups.map(
        ({ reference, creation, doubts = [] }) =>
          html`<li>
            ${name(reference)} of ${when(creation, scene)}
            ${doubts.map((doubt) => html`<span class="bad">${name(doubt)}</span>`)}
          </li>`,
      )}
      ${differences.map((line) => html`<li class="bad">${name(line)}</li>`)}
    </ul>
    <p class="quiet">
      ${by === undefined ? "" : `By ${name(by)} `}${when(since, scene)}${expires === undefined ? "" : html`, until ${when(expires, scene)}`};
      ${count(mounted, "file system")} on ${count(devices.length, "device")}.
    </p>
    <p>
      ${looks ? html`<a href="${filesPath(id, "")}">Browse the files of ${id}</a> ` : ""}
      ${action(caller, "map", { path: `/mappings/${id}/close`, word: `Close ${id}` })}
    </p>
  </section>`;
}

function filesPath(mapping: string, path: string): string {
  return path === "" ? `/mappings/${mapping}/files` : `/mappings/${mapping}/files?path=${path}`;
}

/** A directory. Every name is a guest's: shown as text, on one line, in an element of its own direction. */
export function filesSheet(
  mapping: string,
  { path, trail, entries, total, next }: FilePage,
  { after, scene }: { after: string | undefined; scene: Scene },
): Html {
  const shown =
    next !== undefined || after !== undefined
      ? `${entries.length} of ${total} entries`
      : count(total, "entry", "entries");
  return html`<h1>Files of ${mapping}</h1>
    ${crumbs(mapping, trail)}
    <p class="lead">
      ${shown}${path === "" ? "" : html`, the directory as ${archives(mapping, path, "this directory")}`}
    </p>
    <section>
      <p hidden>
        <label
          >Show only<input class="filter" type="search" data-filter="#files" placeholder="a part of a name  ( / )"
        /></label>
      </p>
      ${entries.length === 0 ? html`<p class="quiet">Nothing is in it.</p>` : table(mapping, entries, scene)}
      ${after === undefined ? "" : html`<p><a href="${filesPath(mapping, path)}">From the beginning</a></p>`}
      ${next === undefined ? "" : html`<p><a rel="next" href="${filesPath(mapping, path)}&amp;after=${next}">More entries</a></p>`}
    </section>`;
}

function crumbs(mapping: string, trail: FilePage["trail"]): Html {
  const here = (is: boolean) => raw(is ? 'aria-current="page"' : "");
  const items = trail.map(
    (one, index) =>
      html`<li><a href="${filesPath(mapping, one.path)}" ${here(index === trail.length - 1)}>${bdi(one.name)}</a></li>`,
  );
  return html`<nav aria-label="Directories above" class="crumbs">
    <ol>
      <li><a href="/mappings">Mapped</a></li>
      <li><a href="${filesPath(mapping, "")}" ${here(trail.length === 0)}>${mapping}</a></li>
      ${items}
    </ol>
  </nav>`;
}

function table(mapping: string, entries: readonly FileEntry[], scene: Scene): Html {
  return html`<div class="wide">
    <table id="files" class="stack">
      <thead>
        <tr>
          <th>Name</th>
          <th class="number">Size</th>
          <th>Modified</th>
          <th>Save</th>
        </tr>
      </thead>
      <tbody>
        ${entries.map((entry) => row(mapping, entry, scene))}
      </tbody>
    </table>
  </div>`;
}

function row(mapping: string, entry: FileEntry, scene: Scene): Html {
  const { kind, size, modified, path, target, label } = entry;
  const leads = kind === "link" ? entry.leads : kind;
  const inside = leads === "directory" || leads === "volume";
  const what = inside ? html`<a href="${filesPath(mapping, path)}">${bdi(entry.name)}/</a>` : bdi(entry.name);
  const file = html`<a href="/mappings/${mapping}/content?path=${path}" download aria-label="Download ${entry.name}"
    >file</a
  >`;
  return html`<tr>
    <td class="name">
      <span>
        ${what}${target === undefined ? "" : html` <span class="quiet">→ ${bdi(target)}</span>`}${
          label === undefined ? "" : html` <span class="quiet">${bdi(label)}</span>`
        }${["directory", "volume", "file"].includes(kind) ? "" : html` <span class="chip">${kind}</span>`}
      </span>
    </td>
    <td data-is="Size" class="number">${kind === "file" || kind === "volume" ? bytes(size) : "–"}</td>
    <td data-is="Modified">${when(modified, scene)}</td>
    <td data-is="Save">
      <span>${leads === "file" ? file : inside ? archives(mapping, path, entry.name) : "–"}</span>
    </td>
  </tr>`;
}

function archives(mapping: string, path: string, what: string): Html {
  const links = (["tar", "zip"] as const).map(
    (format) =>
      html`<a
        href="/mappings/${mapping}/archive?path=${path}&amp;format=${format}"
        download
        aria-label="Download ${what} as ${format}"
        >${format}</a
      >`,
  );
  return html`${links[0]} ${links[1]}`;
}

/** A name does not turn the text around it. */
function bdi(text: string): Html {
  return html`<bdi>${text}</bdi>`;
}
