import { planRun } from "@backurne/planner";
import { expect, test } from "vitest";
import { recordFacts, SNAPSHOTS } from "../src/recorded.ts";

test("recorded facts are a pool in which everything is due and nothing is odd", () => {
  const facts = recordFacts(3, Date.UTC(2026, 5, 1, 12));
  expect(facts.pool.chains.map((chain) => chain.snapshots.length)).toEqual([SNAPSHOTS, SNAPSHOTS, SNAPSHOTS]);
  const plan = planRun(facts);
  expect(plan).toMatchObject({ refused: [], warnings: [], failures: [], skipped: [] });
  const modes = plan.jobs.map((job) => job.steps.flatMap((step) => (step.kind === "transfer" ? step.mode : [])));
  expect(modes).toEqual([["incremental"], ["incremental"], ["incremental"]]);
});
