import { TROUBLES } from "@backurne/faults";
import type { Outcome } from "./cell.ts";

/** Kinds of calls by troubles, survived / tried; cells whose fault did not fire are not counted. */
export function renderMatrix(outcomes: readonly Outcome[]): string {
  const tried = outcomes.filter(({ fired }) => fired);
  const roles = [...new Set(outcomes.map(({ cell }) => cell.step.role))].toSorted();
  const width = 6;
  const row = (name: string, cells: readonly string[]): string =>
    `${name.slice(0, 52).padEnd(52)} ${cells.map((cell) => cell.padStart(width)).join("")}`.trimEnd();
  const sum = (of: readonly Outcome[]): string =>
    of.length === 0 ? "" : `${of.filter(({ problem }) => problem === undefined).length}/${of.length}`;
  const counts = (of: readonly Outcome[]): readonly string[] => [
    ...TROUBLES.map((trouble) => sum(of.filter(({ cell }) => cell.trouble === trouble))),
    sum(of),
  ];
  return [
    row("survived/tried", [...TROUBLES.map((_, index) => letter(index)), "all"]),
    ...roles.map((role) => row(role, counts(tried.filter(({ cell }) => cell.step.role === role)))),
    row("all", counts(tried)),
    TROUBLES.map((trouble, index) => `${letter(index)}: ${trouble}`).join(", "),
    ...tried.flatMap(({ cell: { step, trouble }, refused }) =>
      refused === undefined ? [] : [`did not begin: ${step.name}, ${trouble}: ${refused}`],
    ),
  ].join("\n");
}

/** Names of a dozen columns do not fit into a line. */
function letter(index: number): string {
  return String.fromCodePoint("a".codePointAt(0)! + index);
}

/** One line for each cell that was not survived. */
export function renderProblems(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.flatMap(({ cell: { step, trouble, code }, problem }) =>
    problem === undefined ? [] : [`${step.name}, ${trouble} (${code}): ${problem}`],
  );
}
