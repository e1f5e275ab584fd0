import type { Pipeline } from "@backurne/exec";
import type { DatedSnapshot, ImageWithSnapshots, RbdPool, RbdTrash } from "@backurne/rbd";

/** Content is a word: two heads are equal when their words are. */
export interface SimulatedImage {
  readonly id: string;
  readonly size: number;
  head: string;
  readonly metadata: Map<string, string>;
  readonly snapshots: Map<string, DatedSnapshot & { readonly content: string }>;
}

export interface SimulatedPool {
  readonly rbd: RbdPool;
  readonly trashcan: RbdTrash;
  readonly images: Map<string, SimulatedImage>;
  /** Names of images, oldest first. */
  readonly trash: string[];
  /** Makes an image. */
  add(image: string, size?: number): void;
  listed(image: string): ImageWithSnapshots;
  /** Names of its snapshots, oldest first. */
  points(image: string): readonly string[];
}

type Trashcan = Map<
  string,
  { readonly image: SimulatedImage; readonly name: string; readonly trashed: number; readonly ends: number }
>;

function simulateTrash(trashed: Trashcan, images: Map<string, SimulatedImage>): RbdTrash {
  return {
    list: async () => [...trashed].map(([id, { name, ends, trashed: at }]) => ({ id, name, ends, trashed: at })),
    metadata: async (id, key) => trashed.get(id)?.image.metadata.get(key),
    cloned: async () => false,
    async restore(id, name) {
      const found = trashed.get(id);
      if (!found) return "absent";
      if (images.has(name)) return "exists";
      images.set(name, found.image);
      trashed.delete(id);
      return "restored";
    },
    remove: async (id) => (trashed.delete(id) ? "removed" : "absent"),
  };
}

/** A pool in memory, for many nights in a second. What nothing here asks for throws. */
export function simulatePool(place: string, now: () => number): SimulatedPool {
  const images = new Map<string, SimulatedImage>();
  const trash: string[] = [];
  const trashed: Trashcan = new Map();
  let ids = 0;

  function find(image: string): SimulatedImage {
    const found = images.get(image);
    if (!found) throw new Error(`no such image: ${image}`);
    return found;
  }

  function listed(image: string): ImageWithSnapshots {
    const { id, size } = find(image);
    return { image, id, size, snapshots: list(find(image)) };
  }

  function add(image: string, size = 1 << 24): void {
    images.set(image, { id: `id${(ids += 1)}`, size, head: "", metadata: new Map(), snapshots: new Map() });
  }

  const list = (image: SimulatedImage): readonly DatedSnapshot[] => [...image.snapshots.values()];
  const command = (...args: readonly string[]): Pipeline => [{ file: place, args }];
  const never = async (): Promise<never> => Promise.reject(new Error("not simulated"));

  const rbd: RbdPool = {
    place,
    exists: async () => true,
    inventory: async () => [...images.keys()].map(listed),
    names: async () => [...images.keys()],
    snapshots: async (image) => (images.has(image) ? list(find(image)) : undefined),
    datedSnapshots: async (image) => (images.has(image) ? list(find(image)) : undefined),
    async info(image) {
      const found = images.get(image);
      return found && { id: found.id, size: found.size, objectSize: 1 << 22, features: [], flags: [] };
    },
    watched: async (image) => (images.has(image) ? false : undefined),
    async metadata(image) {
      const found = images.get(image);
      return found && Object.fromEntries(found.metadata);
    },
    setMetadata: async (image, key, value) => void find(image).metadata.set(key, value),
    removeMetadata: async (image, key) => void find(image).metadata.delete(key),
    async create(image, { size }) {
      if (images.has(image)) return "exists";
      add(image, size);
      return "created";
    },
    async rename(from, to) {
      if (images.has(to)) return "exists";
      images.set(to, find(from));
      images.delete(from);
      return "renamed";
    },
    async remove(image) {
      if (find(image).snapshots.size > 0) return "busy";
      images.delete(image);
      return "removed";
    },
    async trash(image, days) {
      const found = find(image);
      images.delete(image);
      trash.push(image);
      trashed.set(found.id, { image: found, name: image, trashed: now(), ends: now() + days * 86_400_000 });
    },
    async createSnapshot(image, name) {
      const { snapshots, head, size } = find(image);
      if (snapshots.has(name)) return "exists";
      snapshots.set(name, { id: (ids += 1), name, size, created: now(), content: head });
      return "created";
    },
    async removeSnapshot(image, name) {
      const { snapshots } = find(image);
      if (snapshots.get(name)?.protected) return "busy";
      return snapshots.delete(name) ? "removed" : "absent";
    },
    protect: never,
    children: never,
    unprotect: never,
    async rollback(image, name) {
      find(image).head = contentOf(find(image), name);
    },
    // What is used; half of what is provisioned.
    changedBytes: async (image, base) => (base === undefined ? find(image).size / 2 : never()),
    snapshotBytes: async (image, name, base) => (base === undefined ? contentOf(find(image), name).length : never()),
    usage: never,
    exportDiff: (image, snapshot, base = "") => command(image, snapshot, base),
    exportWhole: (image, snapshot) => command(image, snapshot),
    digests: (image, snapshot) => command(image, snapshot),
    compareDigests: (image, snapshot) => command(image, snapshot),
    importDiff: (image) => command(image),
  };
  const points = (image: string): readonly string[] => [...(images.get(image)?.snapshots.keys() ?? [])];
  return { rbd, trashcan: simulateTrash(trashed, images), images, trash, add, listed, points };
}

export function contentOf(image: SimulatedImage, snapshot: string): string {
  const found = image.snapshots.get(snapshot);
  if (!found) throw new Error(`no such snapshot: ${snapshot}`);
  return found.content;
}
