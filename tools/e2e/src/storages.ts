import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StorageReach } from "@backurne/model";
import type { Storage } from "@backurne/proxmox-simulator";
import { ceph, rbd, type Cluster, type Sandbox } from "@backurne/sandbox";
import { onTestFinished } from "vitest";
import { makePool } from "./kept.ts";

/** `fast` is the arena's live pool. `slow` is a namespace on another Ceph cluster, reached with a key for that pool only. */
export type StorageName = "fast" | "slow";

export interface Place {
  readonly cluster: Cluster;
  readonly pool: string;
  readonly namespace: string;
}

export interface Storages {
  readonly places: Readonly<Record<StorageName, Place>>;
  /** As Proxmox shows them; `local` is one without images. */
  readonly rows: readonly Storage[];
  /** Each is reached in its own way and in no other. */
  readonly reaches: Readonly<Record<StorageName, StorageReach>>;
}

export async function openStorages({ live, backup, ssh }: Sandbox, pool: string): Promise<Storages> {
  const fast = { cluster: live, pool, namespace: "" };
  const slow = { cluster: backup, pool: `${pool}-slow`, namespace: "tenant" };
  await makePool(backup, slow.pool);
  await rbd(backup, ["namespace", "create", `--pool=${slow.pool}`, `--namespace=${slow.namespace}`]);
  const way = { host: "live", configFile: ssh.configFile };
  return {
    places: { fast, slow },
    rows: [
      { storage: "fast", type: "rbd", content: "images,rootdir", pool },
      { storage: "slow", type: "rbd", content: "images", pool: slow.pool, namespace: "tenant", monhost: "127.0.0.1" },
      { storage: "local", type: "dir", path: "/var/lib/vz", content: "iso,vztmpl" },
    ],
    reaches: {
      fast: { ssh: way, cephConf: live.conf, cephId: "admin" },
      // The same host, said otherwise: a connection of its own.
      slow: { ssh: { ...way, port: ssh.port }, ...(await makeClient(slow)) },
    },
  };
}

/** A client of its own for one pool, and a configuration that holds its key and no other. */
export async function makeClient({
  cluster,
  pool,
}: Pick<Place, "cluster" | "pool">): Promise<Pick<StorageReach, "cephConf" | "cephId">> {
  const dir = await mkdtemp(join(tmpdir(), "backurne-storages-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const cephId = `reads-${pool}`;
  const caps = ["mon", "profile rbd", "osd", `profile rbd pool=${pool}`];
  const keyring = join(dir, "keyring");
  await writeFile(keyring, await ceph(cluster, ["auth", "get-or-create", `client.${cephId}`, ...caps]));
  const cephConf = join(dir, "ceph.conf");
  await writeFile(cephConf, (await readFile(cluster.conf, "utf8")).replace(cluster.keyring, keyring));
  return { cephConf, cephId };
}

export function whereIs({ pool, namespace }: Pick<Place, "pool" | "namespace">, image: string): readonly string[] {
  return [`--pool=${pool}`, ...(namespace === "" ? [] : [`--namespace=${namespace}`]), `--image=${image}`];
}
