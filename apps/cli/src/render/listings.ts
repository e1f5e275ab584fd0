import type { Consistency, ImageListing, PointListing } from "@backurne/model";
import { formatLocalTime, formatRatio, formatShortBytes, formatSpan } from "@backurne/reports";
import type { Colour, Look } from "./look.ts";
import { nameAlarm, nameHold } from "./holds.ts";
import { formatDay, nameImage } from "./names.ts";
import { renderTable } from "./table.ts";
import type { Cell, Column } from "./table.ts";

/** `ls`: one line per backup image. */
export function renderImages(images: readonly ImageListing[], look: Look): readonly string[] {
  if (images.length === 0) return ["no backups yet"];
  const columns = [
    { title: "IMAGE", give: "middle" },
    { title: "LAST GOOD" },
    { title: "SNAPS", align: "right" },
    { title: "SIZE", align: "right" },
    { title: "VERIFIED" },
    { title: "STATE", give: "wrap" },
  ] as const;
  const rows = images.map((image) => [
    nameImage(image, look),
    image.lastGood === undefined ? "never" : `${formatSpan(look.now - Date.parse(image.lastGood))} ago`,
    String(image.snapshots),
    formatShortBytes(image.size),
    verifiedOf(image, look),
    stateOf(image, look),
  ]);
  return renderTable(columns, rows, look);
}

/** The last comparison, and since when all of it was compared. */
function verifiedOf({ verified, verifiedWhole }: ImageListing, look: Look): Cell {
  const ago = (at: string): string => formatSpan(look.now - Date.parse(at));
  if (verifiedWhole !== undefined && verified?.how !== "sent") return `whole ${ago(verifiedWhole)}`;
  return verified === undefined ? "-" : `${verified.how} ${ago(verified.at)}`;
}

function stateOf(image: ImageListing, look: Look): Cell {
  const since = image.stateSince === undefined ? "" : ` since ${formatDay(image.stateSince, look)}`;
  const words = [
    ...(image.kind === "closed" ? ["old generation"] : []),
    ...(image.kind === "partial" ? ["being received"] : []),
    ...(image.suspect === undefined ? [] : ["SUSPECT (see explain)"]),
    ...(image.late.length > 0 ? [`LATE ${image.late.join(", ")}`] : []),
    ...(image.state === "present" ? [] : [image.state + since]),
    ...(image.because === undefined ? [] : [image.because]),
    ...(image.unproved ? ["unproved"] : []),
    ...(image.alarm ? [nameAlarm(image.alarm)] : []),
    ...(image.hold ? [`held ${nameHold(image.hold, look)}`.trim()] : []),
    ...(image.held > 0 ? [`held ${image.held}`] : []),
  ];
  return { text: words.join("; ") || "ok", colour: colourOf(image) };
}

function colourOf({ late, state, kind, suspect, alarm }: ImageListing): Colour | undefined {
  if (late.length > 0 || suspect !== undefined || alarm) return "red";
  if (state === "vanished" || state === "unlistable") return "yellow";
  return state === "present" && kind === "current" ? "green" : "dim";
}

/** From this width on there is a place for what moved; `explain` says what it comes to. */
const ROOMY = 100;

/** `ls IMAGE`: one line per time, which twins share; with `--uuid` one per snapshot. Oldest first, as given. */
export function renderPoints(points: readonly PointListing[], look: Look): readonly string[] {
  if (points.length === 0) return ["no snapshots of ours"];
  const roomy = look.width >= ROOMY;
  const columns: readonly Column[] = [
    { title: "CREATED (local)" },
    look.uuid ? { title: "NAME", give: "middle" } : { title: "PROFILES", give: "wrap" },
    { title: "SIZE", align: "right" },
    ...(roomy && points.some(({ moved }) => moved) ? [{ title: "CHANGED", align: "right" } as const] : []),
    ...(roomy && points.some(({ moved }) => moved?.wire !== undefined)
      ? [{ title: "PACKED", align: "right" } as const]
      : []),
    { title: "LIVE" },
    ...(points.some(({ verified }) => verified) ? [{ title: "VERIFIED" } as const] : []),
    // Only where there are guests that could stand still.
    ...(points.some(({ consistency }) => consistency) ? [{ title: "QUIESCED" } as const] : []),
    ...(points.some(({ hold }) => hold) ? [{ title: "HOLD", give: "wrap" } as const] : []),
  ];
  const together = Map.groupBy(points, ({ creation, uuid }) => (look.uuid ? uuid : creation));
  const rows = [...together.values()].map((twins) => pointRow(twins, { look, columns }));
  return renderTable(columns, rows, look);
}

interface Sheet {
  readonly look: Look;
  readonly columns: readonly Column[];
}

function pointRow(twins: readonly PointListing[], { look, columns }: Sheet): readonly Cell[] {
  const [first] = twins as readonly [PointListing];
  const live = ["base", "live"].find((state) => twins.some((twin) => twin.live === state));
  const { consistency, verified } = first;
  const moved = twins.find((twin) => twin.moved)?.moved;
  const hold = twins.find((twin) => twin.hold)?.hold;
  const shows = (title: string): boolean => columns.some((column) => column.title === title);
  return [
    formatLocalTime(first.creation, look.zone),
    look.uuid ? first.uuid : twins.map(({ profile, count }) => `${profile} ${count}`).join(", "),
    formatShortBytes(first.size),
    ...(shows("CHANGED") ? [moved ? formatShortBytes(moved.bytes) : "-"] : []),
    ...(shows("PACKED") ? [moved?.wire === undefined ? "-" : formatRatio(moved.bytes, moved.wire)] : []),
    live === "base" ? { text: "BASE", colour: "green" } : (live ?? "-"),
    ...(shows("VERIFIED") ? [verified?.how ?? "-"] : []),
    ...(shows("QUIESCED") ? [consistency ? nameConsistency(consistency) : ""] : []),
    ...(shows("HOLD") ? [hold ? (!look.uuid && nameHold(hold, look)) || "yes" : ""] : []),
  ];
}

function nameConsistency(consistency: Consistency): string {
  if (consistency.kind !== "crash-consistent") return consistency.kind === "quiesced" ? "yes" : "stopped";
  return consistency.skew > 0 ? `crash, ${consistency.skew} ms` : "crash";
}
