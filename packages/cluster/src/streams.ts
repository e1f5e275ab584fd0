import type { Command, Pipeline, Transport } from "@backurne/exec";
import type { PoolAddress } from "@backurne/model";
import type { RadosObjects, RbdPool } from "@backurne/rbd";
import type { Destination, DigestRequest, StreamRequest } from "./index.ts";

/** How streams of a pool get here. */
export interface StreamAccess {
  readonly pool: RbdPool;
  /** A connection of its own for each stream. */
  readonly bulk: Transport;
  /** Adds compression on the far side and undoes it here; without it a stream travels as it is. */
  compress?: ((pipeline: Pipeline) => { readonly there: Pipeline; readonly here: Command }) | undefined;
  /** The same for a stream that goes there. */
  expand?: ((pipeline: Pipeline) => { readonly here: Command; readonly there: Pipeline }) | undefined;
  /** A program that prints the digest of its stdin. */
  readonly digest: string;
}

/** `Cluster.stream`, for whoever reaches images by running `rbd` somewhere else. */
export function streamOf({ pool, bulk, compress }: StreamAccess, image: string, request: StreamRequest): Pipeline {
  const plain = pool.exportDiff(image, request.snapshot, request.base);
  if (!compress) return bulk.wrap(plain, { lifeline: true });
  const { there, here } = compress(plain);
  return [...bulk.wrap(there, { lifeline: true }), here];
}

/** `Cluster.digest` likewise. */
export function digestOf({ pool, bulk, digest }: StreamAccess, image: string, snapshot: string): Pipeline {
  return bulk.wrap([...pool.exportWhole(image, snapshot), { file: digest, args: [] }], { lifeline: true });
}

/** `Cluster.digests` likewise. */
export function digestsOf({ pool, bulk }: StreamAccess, image: string, { snapshot, part }: DigestRequest): Pipeline {
  return bulk.wrap(pool.digests(image, snapshot, part), { lifeline: true });
}

/** One pool (and namespace), with the connection that its streams take. */
export interface ReachedPool extends Pick<StreamAccess, "pool" | "bulk"> {
  readonly objects: Pick<RadosObjects, "fsid">;
}

type DestinationAccess = Pick<StreamAccess, "expand" | "digest"> & {
  reach(address: PoolAddress): ReachedPool;
};

/** `Cluster.destination` likewise. */
export function destinationOf(address: PoolAddress, { reach, expand, digest }: DestinationAccess): Destination {
  const { pool, objects, bulk } = reach(address);
  return {
    pool,
    objects,
    address,
    async hasPool(name) {
      return reach({ ...address, pool: name, namespace: "" }).pool.exists();
    },
    sink(image) {
      const plain = pool.importDiff(image);
      // Its stdin is opened by path, which a socket of sshd's or of a helper's cannot be: this makes a pipe of it.
      if (!expand) return bulk.wrap([{ file: "cat", args: [] }, ...plain]);
      const { here, there } = expand(plain);
      return [here, ...bulk.wrap(there)];
    },
    digest: (image, snapshot) => digestOf({ pool, bulk, digest }, image, snapshot),
  };
}
