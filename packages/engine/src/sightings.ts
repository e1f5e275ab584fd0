import { isDeepStrictEqual } from "node:util";
import { formatKey, markKey, type GoneMark } from "@backurne/model";
import {
  GONE_AFTER,
  GONE_RUNS,
  isConfirmedGone,
  liesElsewhere,
  mayHide,
  ownerOf,
  unownedImageOf,
  type ChainFacts,
  type ClusterFacts,
} from "@backurne/planner";
import pLimit from "p-limit";
import { entryOf, haveSameBase } from "./catalog.ts";
import type { RunContext } from "./context.ts";
import { failureOf } from "./failure.ts";
import type { Facts } from "./gather.ts";
import type { Lease } from "./lease.ts";
import { readMarks } from "./read-marks.ts";

/** Of a run that has looked, and not decided yet. */
type Looker = Pick<RunContext, "house" | "leases" | "emit">;

/**
 * Writes down which chains' sources a complete listing did not show, and forgets it when they are back. Only after
 * several such runs over two days does a source count as gone. A chain that another run has is left to that.
 */
export async function recordSightings(facts: Facts, looker: Looker): Promise<Facts> {
  const at = new Date(looker.house.now()).toISOString();
  const write = pLimit(8);
  const seen = seenKeys(facts);
  const whole = facts.configured.every(({ name }) =>
    facts.clusters.some(({ cluster, disks }) => cluster.name === name && disks !== undefined),
  );
  const chains = await Promise.all(
    facts.chains.map((chain) => {
      const cluster = ownerOf(chain, facts);
      const gone =
        chain.kind === "current" && cluster?.disks
          ? sighting(chain, cluster, { at, whole, seen: seen.has(formatKey(chain.key)) })
          : "as before";
      return gone === "as before" ? chain : write(() => recordOne(chain, gone, { ...looker, facts }));
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
  { at, seen, whole }: { at: string; seen: boolean; whole: boolean },
): GoneMark | undefined | "as before" {
  const { fsids = [], blind = [] } = cluster;
  const { gone, source, unreadable } = chain.marks;
  if (unreadable !== undefined) return "as before"; // nothing of it is touched
  // A guest of a cluster that was not looked at may have it now.
  const unowned = !seen && unownedImageOf(chain, cluster) !== undefined;
  if (unowned && !whole) return "as before";
  if (seen || unowned) return gone ? undefined : "as before";
  if (cluster.doubt !== undefined || liesElsewhere(chain, cluster) !== undefined) return "as before";
  if (blind.some((spot) => mayHide(spot, chain))) return "as before";
  if (fsids.length === 0 || (source && !fsids.includes(source.fsid))) return "as before";
  const fsid = source?.fsid ?? fsids.join();
  if (!gone || gone.fsid !== fsid) return { since: at, last: at, runs: 1, fsid };
  if (isConfirmedGone(gone)) return "as before";
  // The last look is the one that counts: those of each hour before it would be written for nothing.
  if (gone.runs >= GONE_RUNS - 1 && Date.parse(at) - Date.parse(gone.since) < GONE_AFTER) return "as before";
  return { ...gone, last: at, runs: gone.runs + 1 };
}

type Seen = Looker & { readonly facts: Facts };

/** One chain that cannot be written to keeps no other from being backed up. */
async function recordOne(chain: ChainFacts, gone: GoneMark | undefined, seen: Seen): Promise<ChainFacts> {
  try {
    const lease = await seen.leases.acquire(formatKey(chain.key));
    if (!lease) return chain;
    try {
      return await writeGone(chain, gone, { ...seen, lease });
    } finally {
      await lease.release();
    }
  } catch (error) {
    seen.emit({ kind: "failed", about: chain.image, failure: failureOf(error) });
    return chain;
  }
}

/** By the marks as they are under the lease: what another host has set since we looked must not be hidden in the tables. */
async function writeGone(
  chain: ChainFacts,
  gone: GoneMark | undefined,
  { facts: { catalog }, house, lease }: Seen & { readonly lease: Lease },
): Promise<ChainFacts> {
  const marks = await readMarks(chain.image, house);
  if (!marks) return chain; // it has another name by now, or is in the trash
  // Another run has looked since, and the name may be a new generation's; or the tables are behind.
  const behind = !isDeepStrictEqual(marks.gone, chain.marks.gone) || !haveSameBase(marks, chain.marks);
  const key = markKey("gone");
  if (behind) await catalog.distrust(chain.imageId);
  if (behind && gone) return chain;
  await lease.confirm();
  if (gone) await house.backup.setMetadata(chain.image, key, JSON.stringify(gone));
  // Whoever has seen it is right, whatever others have not seen.
  else if (marks.gone) await house.backup.removeMetadata(chain.image, key);
  if (behind) return { ...chain, marks: { ...chain.marks, gone: undefined } };
  const now = { ...marks, gone };
  catalog.put(entryOf(chain, now));
  return { ...chain, marks: now };
}
