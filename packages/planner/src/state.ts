import { isNobodys, type GoneMark, type SourceState } from "@backurne/model";
import { differs } from "./base.ts";
import type { BlindSpot, ChainFacts, ClusterFacts, UnownedFacts } from "./facts.ts";
import { isVerified } from "./verified.ts";

export interface State {
  readonly state: SourceState;
  readonly because: string;
  /** ISO time since when a source is missing or gone. */
  readonly since?: string | undefined;
  /** No run will ever take it for gone, as things are: a person may say that it is. */
  readonly absent?: true;
}

/** A source is gone when complete listings have missed it this often, over this long. */
export const GONE_RUNS = 3;
export const GONE_AFTER = 48 * 3_600_000;

/** Whether a chain's source may be what could not be looked at. */
export function mayHide({ vmid }: BlindSpot, { marks }: Pick<ChainFacts, "marks">): boolean {
  return vmid === undefined || marks.guest === undefined || marks.guest.vmid === vmid;
}

export function isConfirmedGone(gone: GoneMark | undefined): boolean {
  if (!gone) return false;
  return gone.runs >= GONE_RUNS && Date.parse(gone.last) - Date.parse(gone.since) >= GONE_AFTER;
}

/** A plain cluster is one pool, and who names another one has not deleted what is in the first. undefined: it is the same. */
export function liesElsewhere({ marks: { source } }: ChainFacts, { cluster }: ClusterFacts): string | undefined {
  if (!source || cluster.kind !== "plain") return undefined;
  const [here, there] = [cluster.address, source].map(({ pool, namespace }) =>
    `${pool}/${namespace}`.replace(/\/$/, ""),
  );
  return here === there ? undefined : `it is backed up from ${there}, and ${cluster.name} is ${here} now`;
}

/** The very image that was backed up, where it stands and is no disk of any guest: it is not gone, and nobody backs it up. */
export function unownedImageOf(
  { marks: { source } }: Pick<ChainFacts, "marks">,
  cluster: ClusterFacts | undefined,
): UnownedFacts | undefined {
  return source && cluster?.unowned?.find((one) => differs(source, one.source) === undefined);
}

/** What is to be said of a chain whose disk no listing shows. */
export function stateOfMissing(chain: ChainFacts, cluster: ClusterFacts | undefined): State {
  if (!cluster) return { state: "unconfigured", because: "its cluster is not in the configuration" };
  const { name } = cluster.cluster;
  if (!cluster.disks) return { state: "unlistable", because: `${name} could not be listed` };
  if (cluster.disks.length === 0) return { state: "unlistable", because: `${name} lists nothing at all` };
  const blind = cluster.blind?.find((spot) => mayHide(spot, chain));
  if (blind) return { state: "unlistable", because: `${name}/${blind.about}: ${blind.because}` };
  const recorded = chain.marks.source?.fsid ?? chain.marks.gone?.fsid;
  const { fsids = [] } = cluster;
  if (recorded !== undefined && !fsids.includes(recorded) && recorded !== fsids.join()) {
    return { state: "unlistable", because: `${name} is another cluster than the one recorded (fsid)` };
  }
  const elsewhere = liesElsewhere(chain, cluster);
  if (elsewhere !== undefined) return { state: "unlistable", because: elsewhere, absent: true };
  const { gone } = chain.marks;
  if (cluster.doubt !== undefined && !isConfirmedGone(gone)) {
    return { state: "unlistable", because: `${name} ${cluster.doubt}`, absent: true };
  }
  const unowned = unownedImageOf(chain, cluster);
  if (unowned) {
    const { source, detached } = unowned;
    const because = `${source.image} stands in pool ${source.pool} of ${name}, ${detached === undefined ? "and no guest has it" : `detached: ${detached}`}`;
    return { state: "switched off", because };
  }
  if (!gone) return { state: "unlistable", because: `not on ${name}, first time seen so` };
  const day = gone.since.slice(0, 10);
  if (isConfirmedGone(gone)) {
    return { state: "vanished", because: `not on ${name} since ${day}`, since: gone.since };
  }
  const looks = `${gone.runs} of ${GONE_RUNS} looks`;
  return {
    state: "unlistable",
    because: `not on ${name} since ${day}, not confirmed yet (${looks})`,
    since: gone.since,
  };
}

/** A closed generation fades like a source that is gone, once the generation that replaced it has a good point. */
export function stateOfClosed(
  chain: ChainFacts,
  successor: Pick<ChainFacts, "marks" | "snapshots"> | undefined,
): State {
  if (isNobodys(chain.key)) return { state: "vanished", because: "the old tool gave several guests this one name" };
  if (successor?.marks.unreadable !== undefined) {
    return { state: "unlistable", because: "closed generation whose successor has a mark that nobody can read" };
  }
  const good = successor?.marks.suspect === undefined && successor?.snapshots.some((snapshot) => snapshot.ours);
  // What was found wrong stays until what took its place has been compared with its source.
  if (good && chain.marks.suspect !== undefined && !isVerified(successor?.marks)) {
    return { state: "unlistable", because: "closed as suspect, and its successor has not been verified" };
  }
  if (good) return { state: "vanished", because: "closed generation" };
  const none = successor === undefined;
  const because = `closed generation ${none ? "without a successor" : "whose successor has no good backup"}`;
  return { state: "unlistable", because, ...(none && { absent: true }) };
}
