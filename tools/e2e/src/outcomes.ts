import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { Cell, Outcome } from "./cell.ts";

/** What has been found out, kept in a file: hours of cells may be run in as many sittings as it takes. */
export interface Kept {
  /** Of these cells. */
  readonly before: readonly Outcome[];
  /** Those that nothing is known of. */
  readonly open: readonly Cell[];
  keep(outcome: Outcome): void;
}

interface Line {
  readonly cell: string;
  readonly fired: boolean;
  readonly problem?: string;
  readonly refused?: string;
}

/**
 * @param file a line of JSON for each cell; undefined: nothing is known and nothing is kept.
 * A cell with a problem is tried anew in the next sitting.
 */
export function openOutcomes(file: string | undefined, cells: readonly Cell[]): Kept {
  const text = file !== undefined && existsSync(file) ? readFileSync(file, "utf8") : "";
  const lines = text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
  const known = new Map(lines.filter(({ problem }) => problem === undefined).map((line) => [line.cell, line]));
  return {
    before: cells.flatMap((cell) => {
      const line = known.get(nameOf(cell));
      return line ? { ...line, cell, problem: undefined } : [];
    }),
    open: cells.filter((cell) => !known.has(nameOf(cell))),
    keep({ cell, fired, problem, refused }) {
      if (file === undefined) return;
      const line: Line = {
        cell: nameOf(cell),
        fired,
        ...(problem !== undefined && { problem }),
        ...(refused !== undefined && { refused }),
      };
      appendFileSync(file, `${JSON.stringify(line)}\n`);
    },
  };
}

function nameOf({ step, trouble }: Cell): string {
  return `${step.name}, ${trouble}`;
}
