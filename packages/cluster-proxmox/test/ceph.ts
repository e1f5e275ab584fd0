import type { ImageWithSnapshots, RbdPool } from "@backurne/rbd";
import type { ProxmoxAccess } from "../src/access.ts";

export interface SmallPool {
  readonly fsid: string;
  readonly images: readonly string[];
}

/** Pools by `host:pool/namespace`; an error in the place of one: it cannot be listed. */
export function ceph(pools: Readonly<Record<string, SmallPool | Error>>) {
  /** Every listing, by pool. */
  const listings: string[] = [];
  const access: ProxmoxAccess = {
    reach({ ssh }, { pool, namespace, cephConf }) {
      const place = [`${ssh.host}:${pool}`, namespace, cephConf].filter(Boolean).join("/");
      const found = async (): Promise<SmallPool> => {
        const one = pools[place] ?? new Error(`there is no pool ${place}`);
        if (one instanceof Error) throw one;
        return one;
      };
      const inventory = async () => {
        listings.push(place);
        return (await found()).images.map(imageOf);
      };
      return {
        pool: { place, inventory } as Partial<RbdPool> as RbdPool,
        objects: { fsid: async () => (await found()).fsid },
        bulk: { place, wrap: (pipeline) => pipeline },
      };
    },
    digest: "xxhsum",
    guard: () => Promise.reject(new Error("nobody is frozen by a listing")),
  };
  return { access, listings };
}

export function imageOf(image: string): ImageWithSnapshots {
  return { image, id: `id-${image}`, size: 4 << 20, snapshots: [{ id: 4, name: "before-upgrade", size: 4 << 20 }] };
}
