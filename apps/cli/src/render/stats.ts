import { formatShortBytes } from "@backurne/reports";
import type { Stats } from "@backurne/reports/schemas";
import type { Look } from "./look.ts";
import { nameImage } from "./names.ts";
import { renderTable } from "./table.ts";
import type { Cell } from "./table.ts";

/** `stats`: what each image takes, smallest first, and the sum. */
export function renderStats({ images, total }: Stats, look: Look): readonly string[] {
  const columns = [
    { title: "IMAGE", give: "middle" },
    { title: "SNAPS", align: "right" },
    { title: "SIZE", align: "right" },
    { title: "USED", align: "right" },
  ] as const;
  const rows: readonly (readonly Cell[])[] = images.map((image) => [
    nameImage(image, look),
    String(image.snapshots),
    formatShortBytes(image.size),
    formatShortBytes(image.used),
  ]);
  const sum = [
    `${total.images} images`,
    String(total.snapshots),
    formatShortBytes(total.size),
    formatShortBytes(total.used),
  ].map((text) => ({ text, colour: "bold" }) as const);
  return renderTable(columns, [...rows, sum], look);
}
