/** How many removals that are not everyday expiry a chain, or the whole pool, may see in one run. */
export interface Scale {
  /** Extraordinary removals wanted. */
  readonly removals: number;
  /** Snapshots of ours that exist. */
  readonly total: number;
}

const FLOOR = 3;

/** A reason to refuse, or undefined. A quarter of a chain and three snapshots are the limit. */
export function brakeChain({ removals, total }: Scale): string | undefined {
  if (removals <= FLOOR || removals <= total / 4) return undefined;
  return `${removals} of ${total} for other reasons than time`;
}

/** A tenth of the pool, and three snapshots, so that a small pool can be cleaned up after one crash. */
export function brakePool({ removals, total }: Scale): string | undefined {
  if (removals <= FLOOR || removals <= total / 10) return undefined;
  return `${removals} of the pool's ${total} snapshots for other reasons than time`;
}
