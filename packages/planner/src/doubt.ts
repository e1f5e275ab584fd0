import { formatKey } from "@backurne/model";
import type { ChainFacts, ClusterFacts } from "./facts.ts";
import { newestTime } from "./newest.ts";
import { ownerOf, type LiveSide } from "./owner.ts";
import { isConfirmedGone, mayHide, unownedImageOf } from "./state.ts";

/** A few may go in one night. */
const FEW = 3;
/** ms; what nobody has backed up for so long has not gone in one night. */
const LONG = 7 * 86_400_000;

/**
 * Why a listing is not believed where it lacks disks: another pool under the name of the one that was meant, or half of a cluster,
 * looks as if most disks had been deleted in one night. undefined: it is believed.
 */
export function doubtListing(
  facts: ClusterFacts,
  { chains, now, ...live }: LiveSide & { readonly chains: readonly ChainFacts[]; readonly now: number },
): string | undefined {
  const { disks, omitted = [], blind = [] } = facts;
  if (!disks) return undefined;
  const seen = new Set([...disks, ...omitted].map(({ disk }) => formatKey(disk.key)));
  const isSeen = (chain: ChainFacts): boolean => seen.has(formatKey(chain.key));
  // An image that stands, though no guest has it, is never taken for gone: it would be missing for ever.
  const isSettled = (chain: ChainFacts): boolean =>
    isConfirmedGone(chain.marks.gone) ||
    (!isSeen(chain) && now - (newestTime(chain) ?? -Infinity) > LONG && unownedImageOf(chain, facts) !== undefined);
  const known = chains.filter(
    (chain) => chain.kind === "current" && ownerOf(chain, live) === facts && !isSettled(chain),
  );
  const isMissing = (chain: ChainFacts): boolean =>
    !isSeen(chain) &&
    !blind.some((spot) => mayHide(spot, chain)) &&
    unownedImageOf(chain, facts)?.detached === undefined;
  const missing = known.filter(isMissing).length;
  if (missing <= FEW || missing <= known.length / 2) return undefined;
  return `lists only ${known.length - missing} of the ${known.length} disks that are backed up: the others are not taken for gone; if they are, \`forget\` them`;
}
