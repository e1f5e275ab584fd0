import type { PlanFilter } from "@backurne/planner";

/** What a run is restricted to. Nothing given: everything. */
export interface RunOptions {
  readonly cluster?: string | undefined;
  /** With `cluster`: one guest of it. */
  readonly vmid?: number | undefined;
  readonly profile?: string | undefined;
  /** Everything counts as due. */
  readonly force?: boolean | undefined;
  /** `none`: remove nothing; `all`: the backup side too although the run is filtered. */
  readonly cleanup?: "none" | "all" | undefined;
  /** Take over a pool of the old tool; `prove` compares shared snapshots by hash before it accepts them. */
  readonly takeOver?: boolean | "prove" | undefined;
  /** Lets exactly that many extraordinary removals pass the brakes once. */
  readonly acceptRemovals?: number | undefined;
  /** Somebody looks at the progress: ask each live image how much there is to move (one `rbd diff` per transfer). */
  readonly watched?: boolean | undefined;
  /** Aborting it closes the inputs, releases the leases and ends the run as interrupted. */
  readonly signal?: AbortSignal | undefined;
}

export function filterOf({ cluster, vmid, profile, force, cleanup }: RunOptions): PlanFilter {
  const filtered = cluster !== undefined || profile !== undefined;
  return {
    cluster,
    vmid,
    profile,
    force,
    cleanLive: cleanup !== "none",
    cleanBackup: cleanup === "all" || (cleanup !== "none" && !filtered),
  };
}
