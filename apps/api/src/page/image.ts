import type { ImageInspection, PointListing } from "@backurne/model";
import { html } from "hono/html";
import type { Caller, Scene } from "../scene.ts";
import { action } from "./layout.ts";
import { expiryOf, nextToGo } from "./expiry.ts";
import { holdForm } from "./hold.ts";
import { guestLink, stateOf } from "./images.ts";
import { pointsSection } from "./points.ts";
import { timeline, type Mark } from "./timeline.ts";
import { bytes, exactly, imagePath, name, when, type Html } from "./words.ts";

/** One disk: its restore points on a line, and why each stays or goes. */
export function imageSheet(
  { image, points, explanation }: ImageInspection,
  { scene, caller }: { scene: Scene; caller: Caller },
): Html {
  const verdicts = new Map(explanation.snapshots.filter(({ side }) => side === "backup").map((one) => [one.name, one]));
  const going = explanation.snapshots.filter(({ side, verdict }) => side === "backup" && verdict === "remove");
  const ids = new Map(points.map(({ uuid }, index) => [uuid, `point-${index}`]));
  const marks = points.map((point): Mark => {
    const { verdict } = verdicts.get(point.uuid) ?? {};
    return {
      id: ids.get(point.uuid),
      profile: point.profile,
      time: point.creation,
      label: `${point.profile} ${point.creation}`,
      proved: point.verified !== undefined,
      held: point.hold !== undefined,
      going: verdict === "remove",
    };
  });
  const first = nextToGo([...verdicts.values()]);
  const path = imagePath(image.uuid);
  return html`<h1>${name(image.reference)}</h1>
    <p class="lead">${stateOf(image)} <span class="mono">${name(image.uuid)}</span> ${guestLink(image)}</p>
    <section aria-labelledby="line">
      <h2 id="line">Restore points</h2>
      ${timeline(marks, { now: scene.now(), order: explanation.policy.map(({ profile }) => profile), legend: true })}
    </section>
    <section aria-labelledby="policy">
      <h2 id="policy">Policy</h2>
      <p>
        ${explanation.policy.map(({ profile, count: kept }) => html`<span class="chip">${name(profile)} ${kept}</span> `)}
        <span class="quiet">from ${name(explanation.from)}</span>
      </p>
      <ul>
        ${explanation.next.map(({ profile, at, because }) => html`<li>next ${name(profile)}: ${when(at, scene)} <span class="quiet">${name(because)}</span></li>`)}
        ${
          going.length === 0
            ? html`<li>
                nothing expires with the next
                run${first ? html`; first to go: <span class="mono">${name(first.name)}</span>, ${expiryOf(first, scene)}` : ""}
              </li>`
            : going.map(
                ({ name: point, because }) =>
                  html`<li class="warn">expires: <span class="mono">${name(point)}</span> ${name(because)}</li>`,
              )
        }
        ${explanation.refused.map((because) => html`<li class="bad">refused: ${name(because)}</li>`)}
        ${explanation.lastCopyUntil ? html`<li>if its source goes today, the last copy stays until ${when(explanation.lastCopyUntil, scene)}</li>` : ""}
      </ul>
      <div class="fields">
        ${image.hold ? html`<span>held as a whole${image.hold.reason ? `: ${name(image.hold.reason)}` : ""}</span>` : ""}
        ${
          image.hold || image.alarm
            ? action(caller, "admin", { path: `${path}/release`, word: "Release the image" })
            : holdForm(caller, { path: `${path}/hold`, called: "the whole image", word: "Hold the whole image" })
        }
        ${
          image.kind === "current"
            ? action(caller, "backup", { path: `${path}/verify`, word: "Compare all of it with its source" })
            : ""
        }
      </div>
    </section>
    ${pointsSection(
      [...points]
        .reverse()
        .map((point) =>
          pointRow(point, { verdict: verdicts.get(point.uuid), id: ids.get(point.uuid) ?? "", path, scene, caller }),
        ),
      html`<th class="number">Size</th>`,
    )}`;
}

interface Around {
  readonly verdict: ImageInspection["explanation"]["snapshots"][number] | undefined;
  readonly id: string;
  readonly path: string;
  readonly scene: Scene;
  readonly caller: Caller;
}

function pointRow(point: PointListing, { verdict, id, path, scene, caller }: Around): Html {
  const { creation, profile, size, verified, consistency, hold, live, uuid } = point;
  const fields = { snapshot: uuid };
  const called = `${profile} of ${exactly(creation, scene)}`;
  return html`<tr id="${id}">
    <td class="name" title="${name(uuid)}">
      ${when(creation, scene)}${live === "-" ? "" : html` <span class="chip">${live === "base" ? "base" : "live"}</span>`}
    </td>
    <td data-is="Profile">${name(profile)}</td>
    <td data-is="Size" class="number">${bytes(size)}</td>
    <td data-is="Guest">${consistency?.kind ?? "–"}</td>
    <td data-is="Verified">${verified ? html`<span class="good">${verified.how}</span>` : "–"}</td>
    <td data-is="Because" class="${verdict?.verdict === "remove" ? "warn" : ""}">${name(verdict?.because ?? "")}</td>
    <td data-is="Expires"><div>${expiryOf(verdict ?? {}, scene)}</div></td>
    <td>
      ${action(caller, "map", { path: `${path}/map`, word: "Open", label: `Open ${called}`, fields })}
      ${
        hold
          ? action(caller, "admin", { path: `${path}/release`, word: "Release", label: `Release ${called}`, fields })
          : holdForm(caller, { path: `${path}/hold`, called, fields })
      }
    </td>
  </tr>`;
}
