import type { GuestInspection, GuestListing, GuestMoment, GuestPoint, ImageUsage } from "@backurne/model";
import { html } from "hono/html";
import { disksOf, isHeldAlone } from "../moments.ts";
import { note } from "../routes/guests.ts";
import type { Caller, Scene } from "../scene.ts";
import { expiryOf, nextToGo } from "./expiry.ts";
import { holdForm } from "./hold.ts";
import { imageTable } from "./images.ts";
import { action } from "./layout.ts";
import { pointsSection } from "./points.ts";
import { timeline, type Mark } from "./timeline.ts";
import { count, exactly, guestPath, imagePath, name, when, type Html } from "./words.ts";

interface Around {
  /** As it was asked for. */
  readonly reference: string;
  readonly used: readonly ImageUsage[] | undefined;
  readonly scene: Scene;
  readonly caller: Caller;
}

const KIND = { qemu: "virtual machine", lxc: "container" } as const;

/** Where the page has it, as a part of its address. */
export function momentId(index: number): string {
  return `moment-${index}`;
}

export function titleOf({ cluster, name: guest, vmid }: GuestListing): string {
  return name(`${cluster}/${guest ?? vmid ?? ""}`);
}

/** One guest: its disks, and on one line the moments to which it can go back. */
export function guestSheet({ guest, images, moments, warnings }: GuestInspection, around: Around): Html {
  const { scene, used } = around;
  const spaces = new Map(used?.map((image) => [image.uuid, image.used]));
  const without = guest.disks.filter(({ image }) => image === undefined);
  const rows = moments.map((moment, index) => ({ moment, id: momentId(index) }));
  return html`<h1>${titleOf(guest)}</h1>
    <p class="lead">
      ${guest.kind ? `${KIND[guest.kind]} ${guest.vmid}` : ""}
      ${guest.ident ? html`<span class="mono">${name(guest.ident)}</span>` : ""}
    </p>
    ${warnings.map(({ about, message }) => html`<p class="warn" role="alert">${name(`${about}: ${message}`)}</p>`)}
    <section aria-labelledby="line">
      <h2 id="line">Restore points</h2>
      ${timeline(rows.flatMap(marksOf), { now: scene.now(), order: orderOf(scene, guest), legend: true })}
      ${firstToGo(rows, scene)}
    </section>
    <section aria-labelledby="disks">
      <h2 id="disks">${count(guest.disks.length, "disk")}</h2>
      ${images.length > 0 ? imageTable(images, { spaces, scene, guest: true }) : ""}
      ${without.map(
        ({ reference, because }) =>
          html`<p class="warn">${name(reference)} has no backup${because ? `: ${name(because)}` : " yet"}</p>`,
      )}
    </section>
    <section aria-labelledby="policy">
      <h2 id="policy">Policy</h2>
      ${ownPolicy(guest, { scene, unread: warnings.length > 0 })}
    </section>
    ${pointsSection(
      rows.toReversed().map((row) => momentRow(row, { ...around, images })),
      html`<th>Disks</th>`,
    )}`;
}

/** As its cluster lists them; those of before come behind. */
function orderOf({ settings }: Scene, { cluster }: GuestListing): readonly string[] {
  const configured = settings.liveClusters.find((one) => one.name === cluster)?.profiles ?? [];
  return configured.map((profile) => profile.name);
}

function firstToGo(rows: readonly Row[], scene: Scene): Html {
  const first = nextToGo(
    rows.flatMap(({ moment, id }) => moment.points.map((point) => ({ ...point, id, at: moment.at }))),
  );
  if (!first) return html``;
  const { id, at, profile, disk } = first;
  const point = html`<a href="#${id}">${name(profile)} of ${when(at, scene)}</a>`;
  return html`<p>First to go: ${point} (${name(disk)}), ${expiryOf(first, scene)}</p>`;
}

interface Row {
  readonly moment: GuestMoment;
  readonly id: string;
}

function marksOf({ moment: { at, points, lacks }, id }: Row): readonly Mark[] {
  return [...Map.groupBy(points, ({ profile }) => profile)].map(([profile, some]) => {
    const missing = lacks.map(({ disk }) => disk).join(", ");
    return {
      id,
      profile,
      time: at,
      label: `${profile} ${at}${missing === "" ? "" : `, without ${name(missing)}`}`,
      proved: some.every(({ verified }) => verified !== undefined),
      held: some.some(({ hold }) => hold !== undefined),
      going: some.some(({ verdict }) => verdict === "remove"),
      partial: lacks.length > 0,
    };
  });
}

function ownPolicy({ policies, vmid }: GuestListing, { scene, unread }: { scene: Scene; unread: boolean }): Html {
  if (!policies) {
    const why = vmid === undefined || unread ? "" : ", none of its own is set";
    return html`<p class="quiet">What is configured applies${why}. The page of a disk says what that comes to.</p>`;
  }
  const { at, by, backup, profiles = {} } = note(policies);
  const chips = Object.entries(profiles).map(([profile, { count: kept, every, max_on_live: live, priority }]) => {
    const words = [profile, kept, every && `every ${every}`, live !== undefined && `${live} on live`, priority];
    return html`<span class="chip"
      >${name(words.filter((word) => word !== undefined && word !== false).join(" "))}</span
    > `;
  });
  return html`<p>
    ${backup === false ? html`<span class="chip warn">switched off</span> ` : ""}${chips}
    <span class="quiet">of its own, besides what is configured; set ${when(at, scene)} by ${name(by)}</span>
  </p>`;
}

interface AroundRow extends Around {
  readonly images: GuestInspection["images"];
}

function momentRow({ moment, id }: Row, around: AroundRow): Html {
  const { at, points, lacks } = moment;
  const { scene } = around;
  const disks = [...Map.groupBy(points, ({ disk }) => disk)];
  const profiles = [...new Set(points.map(({ profile }) => profile))];
  const stillness = [...new Set(points.flatMap(({ consistency }) => consistency?.kind ?? []))];
  const going = points.some(({ verdict }) => verdict === "remove");
  return html`<tr id="${id}">
    <td class="name">${when(at, scene)}</td>
    <td data-is="Profile">${name(profiles.join(", "))}</td>
    <td data-is="Disks">
      <span>
        ${disks.map(([disk, [first]]) => html`<a href="${imagePath(first?.image ?? "")}">${name(disk)}</a> `)}
        ${lacks.map(({ disk, because }) => html`<span class="warn">without ${name(disk)}: ${name(because)}</span> `)}
      </span>
    </td>
    <td data-is="Guest">${stillness.join(", ") || "–"}</td>
    <td data-is="Verified">${verifiedOf(disks)}</td>
    <td data-is="Because" class="${going ? "warn" : ""}">
      <div>${holdsOf(disks)}${linesOf(points, { by: becauseOf, tell: (point) => name(becauseOf(point)) })}</div>
    </td>
    <td data-is="Expires">
      <div>${linesOf(points, { by: expiryText, tell: (point) => expiryOf(point, scene) })}</div>
    </td>
    <td>${actionsOf(moment, around)}</td>
  </tr>`;
}

function actionsOf(moment: GuestMoment, { reference, scene, caller, images }: AroundRow): Html {
  const { at, points, lacks } = moment;
  const [path, fields] = [guestPath(reference), { at }];
  const called = `the moment of ${exactly(at, scene)}`;
  const word = lacks.length > 0 ? "Open what there is" : "Open";
  const label = lacks.length > 0 ? `${word} of ${called}` : `${word} ${called}`;
  const alone = points.filter((point) => isHeldAlone(point, images)).map(({ disk }) => disk);
  const rest = disksOf(moment).filter(({ disk }) => !alone.includes(disk));
  return html`${action(caller, "map", { path: `${path}/map`, word, label, fields })}
  ${alone.length > 0 ? action(caller, "admin", { path: `${path}/release`, word: "Release", label: `Release ${called}`, fields }) : ""}
  ${rest.length > 0 ? holdForm(caller, { path: `${path}/hold`, called, fields }) : ""}`;
}

type Disks = readonly (readonly [disk: string, points: readonly GuestPoint[]])[];

/** Of all disks, or of which. */
function verifiedOf(disks: Disks): Html {
  const proved = disks.flatMap(([disk, points]) => {
    const proof = points.find(({ verified }) => verified)?.verified;
    return proof ? [{ disk, how: proof.how }] : [];
  });
  if (proved.length === 0) return html`–`;
  const words =
    proved.length === disks.length ? proved.map(({ how }) => how) : proved.map((one) => `${one.disk} ${one.how}`);
  return html`<span class="good">${name([...new Set(words)].join(", "))}</span>`;
}

function holdsOf(disks: Disks): Html {
  const held = disks.filter(([, points]) => points.some(({ hold }) => hold)).map(([disk]) => disk);
  if (held.length === 0) return html``;
  return html`<span class="chip">held${held.length < disks.length ? `: ${name(held.join(", "))}` : ""}</span> `;
}

const becauseOf = ({ because }: GuestPoint): string => because;
const expiryText = ({ expires, expiresBecause }: GuestPoint): string => `${expires} ${expiresBecause}`;

interface Told {
  by(point: GuestPoint): string;
  tell(point: GuestPoint): string | Html;
}

/** Once where it is the same for all of them; else by profile or, where its disks differ, by disk. */
function linesOf(points: readonly GuestPoint[], { by, tell }: Told): Html {
  const groups = [...Map.groupBy(points, by).values()] as [GuestPoint, ...GuestPoint[]][];
  if (groups.length === 1) return html`${groups.map(([first]) => tell(first))}`;
  const isWhole = (group: readonly GuestPoint[]): boolean =>
    points.filter(({ profile }) => group.some((one) => one.profile === profile)).length === group.length;
  return html`${groups.map((group) => {
    const whole = isWhole(group);
    const names = group.map(({ disk, profile }) => (whole ? profile : `${disk} ${profile}`));
    return html`<div>${name([...new Set(names)].join(", "))}: ${tell(group[0])}</div>`;
  })}`;
}
