import { expect, test, vi } from "vitest";
import { allCells, chooseCells, recordSteps, runCells } from "../src/matrix.ts";
import { renderProblems } from "../src/matrix-table.ts";

const THOROUGH = process.env["BACKURNE_THOROUGH"] === "1";
/** Kinds of calls, of nearly fifty. */
const SHARE = 6;
const SEED = Number(process.env["BACKURNE_SEED"] ?? 11);

vi.setConfig({ testTimeout: 3_600_000 });

// One plan: a first backup, an incremental with two names, a new generation, a disk that is gone, expiry on both sides.
test("killed after any step, the next run converges", async () => {
  const all = allCells(await recordSteps(), { stopped: 0, late: 0 });
  const points = all.filter(({ trouble }) => trouble === "tool killed after");
  expect(points.length).toBeGreaterThanOrEqual(40);
  // npm run matrix: all of them.
  const cells = THOROUGH ? points : chooseCells(points, SEED).slice(0, SHARE);
  console.log(`${points.length} points; ${cells.length} of them now, BACKURNE_SEED=${SEED}`);
  const outcomes = await runCells(cells);
  expect(renderProblems(outcomes)).toEqual([]);
  expect(outcomes.filter(({ fired }) => fired).length).toBeGreaterThan(cells.length * 0.8);
});
