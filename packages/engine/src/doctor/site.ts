import type { PoolAddress, SshSettings } from "@backurne/model";
import type { CephState, Run } from "@backurne/rbd";

/** A pool, and the host where its programs run. */
export interface Site {
  readonly side: "live" | "backup";
  /** The live cluster's name, or `backup`. */
  readonly cluster: string;
  /** For people: `this host`, or where ssh goes. */
  readonly host: string;
  readonly address: PoolAddress;
  readonly run: Run;
  readonly ceph: CephState;
  /** undefined: here, or behind a helper command. */
  readonly ssh?: SshSettings | undefined;
  /** zstd is needed there. */
  readonly compressed: boolean;
  /** Connections at once. */
  readonly connections: number;
}

/** One for each place, or for each pool: each is asked once what it would say twice. */
export function uniqueBy(sites: readonly Site[], part: (site: Site) => unknown): readonly Site[] {
  return [...Map.groupBy(sites, (site) => JSON.stringify(part(site))).values()].flatMap(([first]) => first ?? []);
}

export function placeOf({ host, ssh, side, cluster }: Site): unknown {
  return ssh ?? [host, side === "backup" || cluster];
}

export function nameOf({ address: { pool, namespace }, cluster }: Site): string {
  return `${cluster} (pool ${namespace ? `${pool}/${namespace}` : pool})`;
}
