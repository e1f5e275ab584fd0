import { shortName, type Marks, type RetentionReport } from "@backurne/model";
import type { PlanInput } from "./facts.ts";
import { planRun } from "./run.ts";

/**
 * What the brakes of a run that begins now would say with these counts, by rbd's id of their images; undefined: nothing
 * that they do not say anyhow.
 */
export function refusedAfter(
  input: PlanInput,
  counts: ReadonlyMap<string, Marks["counts"]>,
): RetentionReport["refused"] {
  if (counts.size === 0) return undefined;
  const chains = input.pool.chains.map((chain) =>
    counts.has(chain.imageId) ? { ...chain, marks: { ...chain.marks, counts: counts.get(chain.imageId) } } : chain,
  );
  const before = planRun(input).refused;
  const { refused, jobs } = planRun({ ...input, pool: { ...input.pool, chains } });
  if (refused.length <= before.length) return undefined;
  const going = jobs.flatMap(({ steps }) => steps).filter((step) => step.kind === "remove" && !step.ordinary);
  return {
    because: refused.map(({ subject, because }) => `${subject ? shortName(subject) : "the pool"}: ${because}`),
    removals: refused.reduce((sum, { removals }) => sum + removals, going.length),
  };
}
