import { formatKey } from "@backurne/model";
import type { ChainFacts, ClusterFacts } from "./facts.ts";
import { ownerOf, type LiveSide } from "./owner.ts";
import { isConfirmedGone, mayHide, unownedImageOf } from "./state.ts";

/** A few may go in one night. */
const FEW = 3;

/**
 * Why a listing is not believed where it lacks disks: another pool under the name of the one that was meant, or half of a cluster,
 * looks as if most disks had been deleted in one night. undefined: it is believed.
 */
export function doubtListing(
  facts: ClusterFacts,
  { chains, ...live }: LiveSide & { readonly chains: readonly ChainFacts[] },
): string | undefined {
  const { disks, omitted = [], blind = [] } = facts;
  if (!disks) return undefined;
  const seen = new Set([...disks, ...omitted].map(({ disk }) => formatKey(disk.key)));
  const known = chains.filter(
    (chain) => chain.kind === "current" && !isConfirmedGone(chain.marks.gone) && ownerOf(chain, live) === facts,
  );
  const isMissing = (chain: ChainFacts): boolean =>
    !seen.has(formatKey(chain.key)) &&
    !blind.some((spot) => mayHide(spot, chain)) &&
    unownedImageOf(chain, facts)?.detached === undefined;
  const missing = known.filter(isMissing).length;
  if (missing <= FEW || missing <= known.length / 2) return undefined;
  return `lists only ${known.length - missing} of the ${known.length} disks that are backed up: the others are not taken for gone; if they are, \`forget\` them`;
}
