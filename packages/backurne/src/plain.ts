import type { ReachedPool } from "@backurne/cluster";
import { openPlainCluster } from "@backurne/cluster-plain";
import type { Site } from "@backurne/engine";
import type { PlainCluster, PoolAddress } from "@backurne/model";
import { openCeph, openObjects, openPool } from "@backurne/rbd";
import { compress, expand } from "@backurne/ssh";
import { reach } from "./reach.ts";
import { digestOf, EXPORT_OPS, type Opened, type Tools } from "./tools.ts";

export async function openPlain(cluster: PlainCluster, { settings, executor }: Tools): Promise<Opened> {
  const { run, bulk, close } = await reach(cluster, executor);
  const open = (address: PoolAddress): ReachedPool => ({
    pool: openPool({ address, run, place: `${address.pool} on ${cluster.name}`, exportOps: EXPORT_OPS }),
    objects: openObjects({ address, run }),
    bulk,
  });
  const access = {
    ...open(cluster.address),
    reach: open,
    digest: digestOf(settings),
    // Behind a helper the stream may be cut without a word, so it is always framed.
    ...(cluster.compression || "helper" in cluster.reach ? { compress, expand } : {}),
  };
  const ssh = "ssh" in cluster.reach ? cluster.reach.ssh : undefined;
  const site: Site = {
    side: "live",
    cluster: cluster.name,
    host: ssh ? ssh.host : `the helper of ${cluster.name}`,
    address: cluster.address,
    run,
    ceph: openCeph({ address: cluster.address, run }),
    ssh,
    compressed: cluster.compression || ssh === undefined,
    connections: cluster.liveWorker,
  };
  return { reached: { settings: cluster, cluster: openPlainCluster(cluster, access) }, sites: () => [site], close };
}
