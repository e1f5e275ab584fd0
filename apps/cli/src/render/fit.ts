import type { Column } from "./table.ts";

/** Reasons wrap down to this width before any name is shortened: a wrapped line loses nothing. */
const READABLE = 34;
const LEAST = 12;
/** A day does not break. */
const DAY = 10;

/** Widths that add up to `room` where they can: always the widest column that gives way gives one place. */
export function fitColumns(columns: readonly Column[], natural: readonly number[], room: number): readonly number[] {
  const widths = [...natural];
  const excess = () => widths.reduce((sum, width) => sum + width, 0) - room;
  const squeeze = (give: Column["give"], least: number) => {
    for (let left = excess(); left > 0; left -= 1) {
      const widest = widestOf(columns, widths, (column, width) => column.give === give && width > least);
      if (widest === undefined) return;
      widths[widest] = (widths[widest] ?? 0) - 1;
    }
  };
  squeeze("wrap", READABLE);
  squeeze("middle", LEAST);
  squeeze("wrap", DAY);
  return widths;
}

function widestOf(
  columns: readonly Column[],
  widths: readonly number[],
  may: (column: Column, width: number) => boolean,
): number | undefined {
  return columns
    .flatMap((column, index) => (may(column, widths[index] ?? 0) ? [index] : []))
    .sort((one, other) => (widths[other] ?? 0) - (widths[one] ?? 0))[0];
}
