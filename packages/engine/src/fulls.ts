import { BackurneError } from "@backurne/model";
import type { JobContext } from "./context.ts";

/** This run starts as many fulls as it may, without this one: a later run makes it. */
export class MustWait extends BackurneError {
  constructor(max: number, because: string) {
    super("unexpected", `it waits: max_new_fulls_per_run is ${max}, and it would be a full now: ${because}`);
    this.name = "MustWait";
  }
}

/**
 * Plans go stale: what was to be incremental may have lost its base since. Those that were planned have their places.
 * @throws MustWait
 */
export function claimFull(because: string, { house, fulls, job }: Pick<JobContext, "house" | "fulls" | "job">): void {
  const { maxNewFullsPerRun: max } = house.settings;
  if (max === undefined || fulls.has(job)) return;
  if (fulls.size >= max) throw new MustWait(max, because);
  fulls.add(job);
}
