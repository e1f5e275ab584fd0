import type { Forgotten, TrashEmptied, TrashListing, TrashRestored } from "@backurne/model";
import { printable } from "@backurne/model";
import type { Look } from "./look.ts";
import { formatMinute, nameImage } from "./names.ts";
import { renderTable } from "./table.ts";

/** `trash ls`: what ends first comes first. */
export function renderTrash(images: readonly TrashListing[], look: Look): readonly string[] {
  if (images.length === 0) return ["nothing of ours lies in the trash"];
  const columns = [
    { title: "IMAGE", give: "middle" },
    { title: "ID" },
    { title: "UNTIL (local)" },
    { title: "WHY", give: "wrap" },
  ] as const;
  const rows = images.map(({ id, image, reference, ends, because }) => [
    nameImage({ uuid: image, reference }, look),
    id,
    Date.parse(ends) <= look.now ? { text: "over", colour: "yellow" as const } : formatMinute(ends, look),
    because,
  ]);
  return renderTable(columns, rows, look);
}

export function renderRestored({ reference, image, points, hold }: TrashRestored): readonly string[] {
  return [
    `restored  ${reference}  ${count(points)}  ${image}`,
    ...(hold ? ["its policy would let it go again, so it is held: `backurne release` ends that"] : []),
  ].map(printable);
}

export function renderEmptied({ removed, stay }: TrashEmptied): readonly string[] {
  return [
    ...removed.map(({ reference, id }) => `removed  ${reference}  ${id}`),
    ...stay.map(({ reference, id, why }) => `stays    ${reference}  ${id}: ${why}`),
    ...(removed.length + stay.length === 0 ? ["nothing of ours in the trash is past its time"] : []),
  ].map(printable);
}

export function renderForgotten({ reference, points, ends, live }: Forgotten, look: Look): readonly string[] {
  return [
    `forgotten  ${reference}  ${count(points)}`,
    `to be had back until ${formatMinute(ends, look)} with backurne trash restore`,
    ...live.map((snapshot) => `stays on the live image: ${snapshot}`),
  ].map(printable);
}

function count(points: number): string {
  return points === 1 ? "1 snapshot" : `${points} snapshots`;
}
