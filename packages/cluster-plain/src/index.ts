import {
  destinationOf,
  digestOf,
  digestsOf,
  streamOf,
  type Cluster,
  type FoundGuest,
  type OmittedDisk,
  type ReachedPool,
  type StreamAccess,
} from "@backurne/cluster";
import { isRestoring, NO_COMMENT, type Disk, type PlainCluster, type PoolAddress } from "@backurne/model";
import type { ImageWithSnapshots, RadosObjects } from "@backurne/rbd";

/** How a plain cluster is reached; made by whoever composes the program. */
export interface PlainAccess extends StreamAccess {
  readonly objects: Pick<RadosObjects, "fsid">;
  /** Any other pool, by the same way. */
  reach(address: PoolAddress): ReachedPool;
}

/** A plain cluster does not know who writes to its images. */
const NOBODY = { kind: "unfreezable", because: "a plain cluster knows no guests" } as const;

/** A plain pool: every image is a guest with one disk, and nothing can be held still. */
export function openPlainCluster(settings: PlainCluster, access: PlainAccess): Cluster {
  const { pool, objects } = access;

  function diskOf({ image }: ImageWithSnapshots): Disk {
    const { name: cluster, address } = settings;
    const { pool: name, namespace } = address;
    const key = { ident: settings.identPrefix + cluster, disk: image };
    return { cluster, guest: image, disk: image, pool: name, namespace, image, key, comment: NO_COMMENT };
  }

  function found(image: ImageWithSnapshots, fsid: string): FoundGuest {
    const { address } = settings;
    const disk = diskOf(image);
    const source = { fsid, pool: address.pool, namespace: address.namespace, image: image.image, id: image.id };
    return { name: image.image, disks: [{ disk, source, image }], stillness: NOBODY };
  }

  return {
    name: settings.name,
    async inventory() {
      const [images, fsid] = await Promise.all([pool.inventory(), objects.fsid()]);
      const guests = images.filter(({ image }) => !isRestoring(image)).map((image) => found(image, fsid));
      const omitted = images.filter(({ image }) => isRestoring(image)).map((image) => omit(diskOf(image)));
      return { fsids: [fsid], guests, omitted, blind: [] };
    },
    pool: () => pool,
    stream: ({ image }, request) => streamOf(access, image, request),
    destination: async (name, namespace) => destinationOf({ ...settings.address, pool: name, namespace }, access),
    digest: ({ image }, snapshot) => digestOf(access, image, snapshot),
    digests: ({ image }, request) => digestsOf(access, image, request),
    freeze: async () => ({ frozen: false, because: NOBODY.because }),
    stillness: async () => NOBODY,
    thaw: async () => ({ held: false }),
  };
}

function omit(disk: Disk): OmittedDisk {
  return { disk, state: "excluded", because: "it is being restored, or was left over from that" };
}
