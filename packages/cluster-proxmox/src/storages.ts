import { BackurneError, type PoolAddress, type ProxmoxCluster, type StorageReach } from "@backurne/model";
import { z } from "zod";
import type { Client } from "./api.ts";

/** One storage of the cluster, as its configuration has it. */
export interface Storage {
  readonly name: string;
  readonly type: string;
  readonly disabled: boolean;
  readonly pool: string;
  readonly namespace: string;
}

const row = z.object({
  storage: z.string(),
  type: z.string(),
  // A storage without a pool uses the one called rbd: Proxmox's own default.
  pool: z.string().default("rbd"),
  namespace: z.string().default(""),
  disable: z.union([z.number(), z.string(), z.boolean()]).default(0),
});

/** Those the user may see, by name; one request. */
export async function listStorages(client: Client, signal?: AbortSignal): Promise<ReadonlyMap<string, Storage>> {
  const read = z.array(row).safeParse(await client.routes({ signal }).storage.$get());
  if (!read.success) throw new BackurneError("unexpected", "Proxmox listed its storages in another form than expected");
  return new Map(
    read.data.map(({ storage, type, disable, pool, namespace }) => [
      storage,
      { name: storage, type, disabled: Boolean(Number(disable)), pool, namespace },
    ]),
  );
}

/** Where the images of a storage are reached. */
export function reachOf(
  storage: string,
  { storages, defaultReach }: Pick<ProxmoxCluster, "storages" | "defaultReach">,
): StorageReach {
  const own = Object.hasOwn(storages, storage) ? storages[storage] : undefined;
  return own ?? { ...defaultReach, ssh: { ...defaultReach.ssh, host: storage } };
}

export function addressOf({ pool, namespace }: Pick<Storage, "pool" | "namespace">, reach: StorageReach): PoolAddress {
  return { pool, namespace, cephConf: reach.cephConf, cephId: reach.cephId };
}
