import { formatKey, parseImageName } from "@backurne/model";
import type { Candidate } from "@backurne/planner";
import type { RunContext } from "./context.ts";
import { failureOf } from "./failure.ts";
import { finishPartial } from "./leftovers.ts";
import { partialName } from "./partial.ts";
import type { Decided } from "./plan.ts";

/**
 * Partials that no job of this run comes upon: their disk is gone, excluded, or not due. The others are dealt with by
 * their own job, under the same lease.
 */
export async function tidyPartials({ plan, candidates }: Decided, context: RunContext): Promise<void> {
  const working = new Set(plan.jobs.map((job) => partialName(job.lock)));
  for (const { image, becomes } of context.facts.partials) {
    if (working.has(image) || context.signal.aborted) continue;
    const owner = findOwner(image, becomes, candidates);
    if (owner) await tidyOne(image, owner, context);
    else context.emit({ kind: "warning", about: image, message: "belongs to no disk that is known; it is left alone" });
  }
}

/** The lease under which it was received. */
function findOwner(
  image: string,
  becomes: string | undefined,
  candidates: ReadonlyMap<string, Candidate>,
): string | undefined {
  for (const candidate of candidates.values()) {
    const resource = formatKey(candidate.input.subject.key);
    if (partialName(resource) === image) return resource;
  }
  const name = becomes === undefined ? undefined : parseImageName(becomes, becomes.includes("%"));
  return name?.kind === "current" ? formatKey(name) : undefined;
}

async function tidyOne(image: string, resource: string, context: RunContext): Promise<void> {
  try {
    const lease = await context.leases.acquire(resource);
    if (!lease) return; // somebody is receiving it right now
    try {
      const stop = AbortSignal.any([context.signal, lease.lost]);
      const chain = context.facts.chains.find((one) => one.kind === "current" && formatKey(one.key) === resource);
      const job = { ...context, job: image, resource, lease, stop };
      await finishPartial(image, chain, job);
    } finally {
      await lease.release();
    }
  } catch (error) {
    context.emit({ kind: "failed", about: image, failure: failureOf(error) });
  }
}
