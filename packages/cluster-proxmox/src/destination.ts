import { destinationOf, type Destination } from "@backurne/cluster";
import { BackurneError, printable, type ProxmoxCluster } from "@backurne/model";
import type { ProxmoxAccess } from "./access.ts";
import { addressOf, reachOf, type Storage } from "./storages.ts";

export interface Site {
  readonly storages: ReadonlyMap<string, Storage>;
  readonly settings: Pick<ProxmoxCluster, "name" | "storages" | "defaultReach">;
  readonly access: Pick<ProxmoxAccess, "reach" | "expand" | "digest">;
}

/** The storage that is meant by its own name, or by its pool; it says by which way the pool is reached. */
export function findDestination(wanted: Pick<Storage, "pool" | "namespace">, site: Site): Destination {
  const { settings, access } = site;
  const storage = findStorage(wanted, site);
  const reach = reachOf(storage.name, settings);
  const destination = destinationOf(addressOf(storage, reach), {
    expand: access.expand,
    digest: access.digest,
    reach: (address) => access.reach(reach, address),
  });
  return { ...destination, storage: storage.name };
}

function findStorage({ pool, namespace }: Pick<Storage, "pool" | "namespace">, { storages, settings }: Site): Storage {
  const rbd = [...storages.values()].filter(({ type }) => type === "rbd");
  const named = rbd.filter((one) => one.name === pool && (namespace === "" || one.namespace === namespace));
  const found = named.length > 0 ? named : rbd.filter((one) => one.pool === pool && one.namespace === namespace);
  const [first, ...others] = found;
  const place = printable(namespace === "" ? pool : `${pool}/${namespace}`);
  if (!first) {
    throw new BackurneError("usage", `${settings.name} has no rbd storage that is ${place}, or whose pool is`, {
      hint: `it has: ${rbd.map(({ name }) => name).join(", ") || "(none)"}`,
    });
  }
  if (others.length > 0) {
    throw new BackurneError("usage", `several storages of ${settings.name} are in the pool ${place}`, {
      hint: `name the storage instead: ${found.map(({ name }) => name).join(", ")}`,
    });
  }
  return first;
}
