/** A line of the result: what was measured, and what it should be. */
export interface Row {
  readonly scenario: "A" | "B" | "C" | "D" | "E" | "F";
  readonly what: string;
  readonly value: number;
  /** `×` a ratio, `%` a share; the others are what they say. */
  readonly unit: "×" | "%" | "s" | "MiB" | "processes" | "connections" | "requests";
  /** Without one it is printed for information. */
  readonly target?: Target | undefined;
  /** Where it comes from: medians, counts by program. */
  readonly detail: string;
}

export interface Target {
  readonly at: "most" | "least";
  readonly value: number;
}

export type Verdict = "met" | "missed" | "";

export function judge({ value, target }: Row): Verdict {
  if (!target) return "";
  return (target.at === "most" ? value <= target.value : value >= target.value) ? "met" : "missed";
}

export function renderTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [row.scenario, row.what, measured(row), aim(row), judge(row), row.detail]);
  const table = [["", "WHAT", "MEASURED", "TARGET", "", "HOW"], ...cells];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((line) => (line[column] ?? "").length)));
  const lines = table.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

export function measured({ value, unit }: Pick<Row, "value" | "unit">): string {
  return `${number(value)} ${unit}`;
}

function aim({ target, unit }: Row): string {
  return target ? `${target.at === "most" ? "≤" : "≥"} ${number(target.value)} ${unit}` : "";
}

function number(value: number): string {
  return Number.isInteger(value) || value >= 100 ? String(Math.round(value)) : value.toFixed(2);
}
