import { NO_COMMENT, type LiveCluster } from "@backurne/model";
import type { ChainFacts, ClusterFacts, PlanInput } from "./facts.ts";

/** What a cluster puts in front of the names of its backups; a plain one nothing else. */
function identOf({ identPrefix, name }: LiveCluster): string {
  return identPrefix + name;
}

/** What is known of the live side: those that this run has looked at, and all, so that one is not taken for the owner of everything. */
export type LiveSide = Pick<PlanInput, "clusters" | "configured">;

export function configuredOf({ clusters, configured }: LiveSide): readonly LiveCluster[] {
  return configured ?? clusters.map(({ cluster }) => cluster);
}

/**
 * Which cluster a chain's source is to be looked for in; undefined: none of those that were looked at. The chain says it
 * itself; one that the old tool made does not: its ident is the name of a plain cluster, or else it is attributed where
 * only one cluster can be meant.
 */
export function ownerOf(
  chain: Pick<ChainFacts, "key" | "marks" | "comment">,
  live: LiveSide,
): ClusterFacts | undefined {
  const { clusters } = live;
  const configured = configuredOf(live);
  const { guest, source } = chain.marks;
  const looked = (name: string | undefined): ClusterFacts | undefined =>
    clusters.find(({ cluster }) => cluster.name === name);
  if (guest) return looked(guest.cluster);
  const plain = configured.find((cluster) => cluster.kind === "plain" && identOf(cluster) === chain.key.ident);
  if (plain) return looked(plain.name);
  // A plain cluster that is not in the configuration any more.
  if (chain.comment === NO_COMMENT) return undefined;
  const proxmox = configured.filter(({ kind }) => kind === "proxmox").map(({ name }) => looked(name));
  if (proxmox.length === 1) return proxmox[0];
  if (!source || proxmox.includes(undefined)) return undefined;
  const fitting = proxmox.filter((facts) => facts?.fsids?.includes(source.fsid));
  return fitting.length === 1 ? fitting[0] : undefined;
}
