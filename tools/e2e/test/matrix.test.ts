import { takeGateAway, TROUBLES } from "@backurne/faults";
import { expect, test, vi } from "vitest";
import type { Cell, Outcome } from "../src/cell.ts";
import { allCells, chooseCells, kindsFirst, recordSteps, runCells } from "../src/matrix.ts";
import { renderMatrix, renderProblems } from "../src/matrix-table.ts";
import { openOutcomes } from "../src/outcomes.ts";

// Every call of a run × everything that can befall a call. A share of it by a seed; all of it on request (npm run matrix),
// which takes hours: with BACKURNE_OUTCOMES=FILE it goes on where it was stopped.

const THOROUGH = process.env["BACKURNE_THOROUGH"] === "1";
const SEED = Number(process.env["BACKURNE_SEED"] ?? 7);
/** Troubles of a share, each once: BACKURNE_SEED says which. */
const SHARE = 6;

vi.setConfig({ testTimeout: 14_400_000 });

test("whatever befalls a call: right bytes, a common snapshot, nothing left over, and the next run converges", async () => {
  const steps = await recordSteps();
  expect(steps.length).toBeGreaterThanOrEqual(40);
  expect(TROUBLES.length).toBeGreaterThanOrEqual(8);
  const all = allCells(steps, THOROUGH ? { stopped: 90, late: 30 } : { stopped: 14, late: 3 });
  expect(all.length).toBeGreaterThanOrEqual(320);
  const cells = THOROUGH ? kindsFirst(all) : eachOnce(chooseCells(all, SEED)).slice(0, SHARE);
  const { before, open, keep } = openOutcomes(THOROUGH ? process.env["BACKURNE_OUTCOMES"] : undefined, cells);
  console.log(`${steps.length} calls, ${all.length} cells; ${open.length} of them now, BACKURNE_SEED=${SEED}`);

  function onOutcome(outcome: Outcome): void {
    keep(outcome);
    for (const line of renderProblems([outcome])) console.log(line);
  }

  const first = [...before, ...(await runCells(open, { onOutcome }))];
  // A call that was not made this time gets another chance with something else, and what was to befall it another call.
  const silent = first.filter(({ fired }) => !fired).map(({ cell }) => cell);
  const left = chooseCells(all, SEED + 1).filter((cell) => !cells.includes(cell));
  const roles = new Set(silent.map(({ step }) => step.role));
  const others = [
    ...chooseCells(all, SEED + 2).filter(({ step }) => roles.has(step.role)),
    ...silent.flatMap(({ trouble }) => left.filter((cell) => cell.trouble === trouble).slice(0, 2)),
  ];
  const outcomes = [...first, ...(await runCells(others, { onOutcome }))];
  console.log(renderMatrix(outcomes));
  expect(renderProblems(outcomes)).toEqual([]);
  const fired = outcomes.filter((outcome) => outcome.fired).map(({ cell }) => cell);
  expect(fired.length).toBeGreaterThanOrEqual(SHARE / 2);
  // A run that gives up at whatever happens would survive everything.
  expect(outcomes.filter(({ refused }) => refused !== undefined).length).toBeLessThanOrEqual(fired.length / 20 + 1);
  if (!THOROUGH) return;
  expect(new Set(fired.map(({ trouble }) => trouble))).toEqual(new Set(TROUBLES));
  expect(new Set(fired.map(({ step }) => step.role))).toEqual(new Set(cells.map(({ step }) => step.role)));
  expect(fired.length).toBeGreaterThanOrEqual(320);
});

function eachOnce(cells: readonly Cell[]): readonly Cell[] {
  return [...Map.groupBy(cells, ({ trouble }) => trouble).values()].flatMap((some) => some.slice(0, 1));
}

test("without the commit gate, the same cells show wrong bytes", async () => {
  const cells = allCells(await recordSteps(), { stopped: 1, late: 1 });
  const cut = cells.filter(({ step, trouble }) => step.name.startsWith("live rbd export-diff") && trouble === "cut");
  expect(cut).toHaveLength(3);
  const outcomes = await runCells(cut, { prepare: takeGateAway });
  const wrong = Array.from(cut, () => expect.stringContaining("WRONG BYTES after the fault"));
  expect(outcomes.map(({ problem }) => problem)).toEqual(wrong);
});
