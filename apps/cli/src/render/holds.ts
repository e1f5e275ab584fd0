import type { Alarm, Hold, HoldReport, Released, ReleaseReport } from "@backurne/model";
import { printable } from "@backurne/model";
import { formatShortBytes } from "@backurne/reports";
import type { Look } from "./look.ts";
import { formatMinute, nameSnapshot } from "./names.ts";

/** `until 2027-01-01 audit`, as far as anything is known. */
export function nameHold({ until, reason }: Hold, look: Look): string {
  const words = [...(until === undefined ? [] : [`until ${nameEnd(until, look)}`]), reason ?? ""];
  return words.filter(Boolean).join(" ");
}

function nameEnd(until: string, look: Look): string {
  if (Number.isNaN(Date.parse(until))) return until;
  return formatMinute(until, look).replace(/ 00:00$/, "");
}

export function nameAlarm({ bytes, usual }: Alarm): string {
  return `CHANGE ALARM ${formatShortBytes(bytes)} (usually up to ${formatShortBytes(usual)})`;
}

export function renderHold({ reference, snapshot, hold, points }: HoldReport, look: Look): readonly string[] {
  const how = `${nameHold(hold, look) || "without end"}`;
  const lines =
    snapshot === undefined
      ? [`held  ${reference}  ${how}`, `nothing of it expires: the ${points} points there are, and those to come`]
      : [`held  ${reference}  ${nameSnapshot(snapshot, look)}  ${how}`];
  return lines.map(printable);
}

export function renderRelease(
  { reference, released, stay, generations }: ReleaseReport,
  look: Look,
): readonly string[] {
  const lines = [
    ...released.map((one) => `released  ${reference}  ${nameReleased(one, look)}`),
    ...(released.length === 0 ? [`nothing held ${reference} that was to be released`] : []),
    ...stay.map((snapshot) => `still held  ${reference}  ${nameSnapshot(snapshot, look)}`),
    ...generations.flatMap((image) => ["still held  an old generation, released by its own name:", `  ${image}`]),
  ];
  return lines.map(printable);
}

function nameReleased(one: Released, look: Look): string {
  if (one.what === "point") return nameSnapshot(one.snapshot, look);
  return one.what === "image" ? "the hold on the whole image" : "the change alarm: its points expire again";
}
