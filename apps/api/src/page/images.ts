import type { ImageListing } from "@backurne/model";
import { html } from "hono/html";
import type { Scene } from "../scene.ts";
import { ago, bytes, guestPath, imagePath, name, when, type Html } from "./words.ts";

interface Around {
  /** Bytes used, by the rbd name; undefined: nobody knows yet. */
  readonly spaces: ReadonlyMap<string, number>;
  readonly scene: Scene;
  /** It is the page of their guest: no row leads there. */
  readonly guest?: boolean;
}

/** Backups, one a row. */
export function imageTable(images: readonly ImageListing[], around: Around): Html {
  return html`<div class="wide">
    <table id="images" class="stack">
      <thead>
        <tr>
          <th>Disk</th>
          <th>State</th>
          <th>Last backup</th>
          <th>Verified</th>
          <th class="number">Points</th>
          <th class="number">Used</th>
        </tr>
      </thead>
      <tbody>
        ${images.map((image) => row(image, around))}
      </tbody>
    </table>
  </div>`;
}

function row(image: ImageListing, { spaces, scene, guest = false }: Around): Html {
  const { reference, uuid, lastGood, verified, snapshots, kind } = image;
  return html`<tr>
    <td class="name">
      <span>
        <a href="${imagePath(uuid)}">${name(reference)}</a
        >${kind === "closed" ? html` <span class="quiet">closed</span>` : ""} ${guest ? "" : guestLink(image)}
      </span>
    </td>
    <td data-is="State">${stateOf(image)}</td>
    <td data-is="Last backup"><span title="${lastGood ?? ""}">${ago(lastGood, scene)}</span></td>
    <td data-is="Verified">${verified ? when(verified.at, scene) : "–"}</td>
    <td data-is="Points" class="number">${snapshots}</td>
    <td data-is="Used" class="number">${bytes(spaces.get(uuid))}</td>
  </tr>`;
}

/** To all disks of its guest; on a plain cluster the disk is all there is of it. By the rbd name, as two may have one name. */
export function guestLink({ guest, disk, uuid }: ImageListing): Html {
  return guest === disk ? html`` : html`<a class="all" href="${guestPath(uuid)}">all of ${name(guest)}</a>`;
}

export function stateOf({
  state,
  suspect,
  alarm,
  late,
  hold,
  held,
}: Pick<ImageListing, "state" | "suspect" | "alarm" | "late" | "hold" | "held">): Html {
  const chips = [
    suspect === undefined ? "" : html`<span class="chip bad" title="${name(suspect)}">suspect</span>`,
    alarm === undefined ? "" : html`<span class="chip warn">change alarm</span>`,
    late.length > 0 ? html`<span class="chip bad">late ${late.join(", ")}</span>` : "",
    hold || held > 0 ? html`<span class="chip">held</span>` : "",
    state === "present" ? "" : html`<span class="chip warn">${state}</span>`,
  ].filter((chip) => chip !== "");
  return chips.length > 0 ? html`${chips}` : html`<span class="chip good">ok</span>`;
}
