import type { ChainFacts } from "./facts.ts";

/** Of the newest point of ours, epoch ms; undefined: there is none. */
export function newestTime(chain: Pick<ChainFacts, "snapshots"> | undefined): number | undefined {
  const times = (chain?.snapshots ?? []).flatMap(({ ours }) => ours?.time ?? []);
  return times.length > 0 ? Math.max(...times) : undefined;
}
