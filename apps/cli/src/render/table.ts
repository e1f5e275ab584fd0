import { printable } from "@backurne/model";
import { fitColumns } from "./fit.ts";
import { paint } from "./look.ts";
import type { Colour, Look } from "./look.ts";
import { padTo, shortenMiddle, widthOf, wrapTo } from "./width.ts";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** How the column gives way on a narrow screen: reasons take more lines, names lose their middle. */
  readonly give?: "wrap" | "middle";
}

export type Cell = string | { readonly text: string; readonly colour: Colour | undefined };

const GAP = "  ";

/** Lines that fit the width as far as they can. Every cell is made safe to print here. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  look: Pick<Look, "width" | "colours">,
): readonly string[] {
  const titles = columns.map(({ title }): Cell => ({ text: title, colour: "bold" }));
  const cells = [titles, ...rows].map((row) => row.map(safe));
  const natural = columns.map((_, index) => Math.max(...cells.map((row) => widthOf(row[index]?.text ?? ""))));
  const widths = fitColumns(columns, natural, look.width - GAP.length * (columns.length - 1));
  return cells.flatMap((row) => renderRow(row, { columns, widths, look }));
}

interface Frame {
  readonly columns: readonly Column[];
  readonly widths: readonly number[];
  readonly look: Pick<Look, "colours">;
}

function renderRow(row: readonly SafeCell[], { columns, widths, look }: Frame): readonly string[] {
  const parts = row.map(({ text }, index) => {
    const width = widths[index] ?? 0;
    return columns[index]?.give === "wrap" ? wrapTo(text, width) : [shortenMiddle(text, width)];
  });
  const height = Math.max(...parts.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => {
    // Nothing is padded after the last word of a line.
    const last = parts.findLastIndex((lines) => lines[line]);
    const drawn = row.slice(0, last + 1).map(({ colour }, index) => {
      const text = parts[index]?.[line] ?? "";
      const align = columns[index]?.align;
      const padded = index === last && align !== "right" ? text : padTo(text, widths[index] ?? 0, align);
      return paint(padded, colour, look);
    });
    return drawn.join(GAP);
  });
}

interface SafeCell {
  readonly text: string;
  readonly colour: Colour | undefined;
}

function safe(cell: Cell): SafeCell {
  return typeof cell === "string"
    ? { text: printable(cell), colour: undefined }
    : { text: printable(cell.text), colour: cell.colour };
}
