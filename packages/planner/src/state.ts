import type { SourceState } from "@backurne/model";
import type { BlindSpot, ChainFacts, ClusterFacts } from "./facts.ts";

export interface State {
  readonly state: SourceState;
  readonly because: string;
  /** ISO time since when a source is missing or gone. */
  readonly since?: string | undefined;
}

/** A source is gone when complete listings have missed it this often, over this long. */
export const GONE_RUNS = 3;
export const GONE_AFTER = 48 * 3_600_000;

/** Whether a chain's source may be what could not be looked at. */
export function mayHide({ vmid }: BlindSpot, { marks }: Pick<ChainFacts, "marks">): boolean {
  return vmid === undefined || marks.guest === undefined || marks.guest.vmid === vmid;
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
  const { gone } = chain.marks;
  if (!gone) return { state: "unlistable", because: `not on ${name}, first time seen so` };
  const lasted = Date.parse(gone.last) - Date.parse(gone.since);
  const day = gone.since.slice(0, 10);
  if (gone.runs >= GONE_RUNS && lasted >= GONE_AFTER) {
    return { state: "vanished", because: `not on ${name} since ${day}`, since: gone.since };
  }
  const looks = `${gone.runs} of ${GONE_RUNS} looks`;
  return {
    state: "unlistable",
    because: `not on ${name} since ${day}, not confirmed yet (${looks})`,
    since: gone.since,
  };
}
