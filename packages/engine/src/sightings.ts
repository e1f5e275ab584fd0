import { formatKey, markKey, type GoneMark } from "@backurne/model";
import {
  isConfirmedGone,
  liesElsewhere,
  mayHide,
  ownerOf,
  type ChainFacts,
  type ClusterFacts,
} from "@backurne/planner";
import { entryOf } from "./catalog.ts";
import pLimit from "p-limit";
import type { Facts } from "./gather.ts";
import type { House } from "./house.ts";

/**
 * Writes down which chains' sources a complete listing did not show, and forgets it when they are back. Only after
 * several such runs over two days does a source count as gone.
 */
export async function recordSightings(facts: Facts, house: House): Promise<Facts> {
  const at = new Date(house.now()).toISOString();
  const write = pLimit(8);
  const seen = seenKeys(facts);
  const chains = await Promise.all(
    facts.chains.map((chain) => {
      const cluster = ownerOf(chain, facts);
      const gone =
        chain.kind === "current" && cluster?.disks
          ? sighting(chain, cluster, { at, seen: seen.has(formatKey(chain.key)) })
          : "as before";
      return gone === "as before" ? chain : write(() => writeGone(chain, gone, { facts, house }));
    }),
  );
  return { ...facts, chains };
}

/** A disk that its cluster keeps from being backed up is there all the same. */
function seenKeys({ clusters }: Facts): ReadonlySet<string> {
  const all = clusters.flatMap(({ disks = [], omitted = [] }) => [...disks, ...omitted]);
  return new Set(all.map(({ disk }) => formatKey(disk.key)));
}

function sighting(
  chain: ChainFacts,
  cluster: ClusterFacts,
  { at, seen }: { at: string; seen: boolean },
): GoneMark | undefined | "as before" {
  const { fsids = [], blind = [] } = cluster;
  const { gone, source } = chain.marks;
  if (seen) return gone ? undefined : "as before";
  if (cluster.doubt !== undefined || liesElsewhere(chain, cluster) !== undefined) return "as before";
  if (blind.some((spot) => mayHide(spot, chain))) return "as before";
  if (fsids.length === 0 || (source && !fsids.includes(source.fsid))) return "as before";
  const fsid = source?.fsid ?? fsids.join();
  if (!gone || gone.fsid !== fsid) return { since: at, last: at, runs: 1, fsid };
  if (isConfirmedGone(gone)) return "as before";
  return { ...gone, last: at, runs: gone.runs + 1 };
}

async function writeGone(
  chain: ChainFacts,
  gone: GoneMark | undefined,
  { facts, house }: { facts: Facts; house: House },
): Promise<ChainFacts> {
  const key = markKey("gone");
  if (gone) await house.backup.setMetadata(chain.image, key, JSON.stringify(gone));
  else await house.backup.removeMetadata(chain.image, key);
  const marks = { ...chain.marks, gone };
  facts.catalog.put(entryOf(chain, marks));
  return { ...chain, marks };
}
