import type { StreamAccess } from "@backurne/cluster";
import { openPlainCluster } from "@backurne/cluster-plain";
import type { Reached } from "@backurne/engine";
import { simulateGuests, type SimulatedGuest } from "./guests.ts";
import type { Witness } from "./noted.ts";
import { simulateObjects } from "./objects.ts";
import type { SimulatedPool } from "./pool.ts";
import { DIGEST, plainSettings, proxmoxSettings, type ClusterShape } from "./settings.ts";

/** A live cluster before it is opened: its pool, and its guests where it knows any. */
export interface ClusterSite {
  readonly name: string;
  readonly pool: SimulatedPool;
  /** undefined: a plain cluster. */
  readonly guests: readonly SimulatedGuest[] | undefined;
}

export const HERE = { place: "here", wrap: <T>(pipeline: T): T => pipeline };

/** The plain adapter as it is; the other one needs a whole Proxmox, so here it is made anew. */
export function openCluster({ name, pool, guests }: ClusterSite, shape: ClusterShape, see: Witness): Reached {
  const access: StreamAccess = { pool: pool.rbd, bulk: HERE, digest: DIGEST };
  if (guests) {
    return { settings: proxmoxSettings(name, shape), cluster: simulateGuests({ name, guests, pool, access, see }) };
  }
  const settings = plainSettings(name, shape);
  const objects = simulateObjects(() => 0, `fsid of ${name}`);
  return {
    settings,
    cluster: openPlainCluster(settings, { ...access, objects, reach: () => ({ ...access, objects }) }),
  };
}
