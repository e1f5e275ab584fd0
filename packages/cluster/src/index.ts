import type { Pipeline } from "@backurne/exec";
import type { Disk, Finding, GuestConfig, PoolAddress, SourceIdentity, SourceState } from "@backurne/model";
import type { DigestPart, ImageWithSnapshots, RadosObjects, RbdPool } from "@backurne/rbd";

export { destinationOf, digestOf, digestsOf, streamOf, type ReachedPool, type StreamAccess } from "./streams.ts";

/** A disk with the image behind it, as one listing showed them. */
export interface FoundDisk {
  readonly disk: Disk;
  readonly source: SourceIdentity;
  readonly image: ImageWithSnapshots;
}

/** `freezable`: runs, and its agent may be asked. `stopped`: nothing runs. `unfreezable`: runs, and why it cannot be asked. */
export type Stillness =
  | { readonly kind: "freezable" | "stopped" }
  | { readonly kind: "unfreezable"; readonly because: string };

export interface FoundGuest {
  readonly name: string;
  readonly disks: readonly FoundDisk[];
  /** Kept with each backup, where the cluster knows guests. */
  readonly config?: GuestConfig | undefined;
  readonly stillness: Stillness;
}

/** A disk that is there and is not to be backed up, because of something that its cluster itself says. */
export interface OmittedDisk {
  readonly disk: Disk;
  readonly state: Extract<SourceState, "excluded" | "switched off">;
  readonly because: string;
  /** Its own, where its pool was listed for others. */
  readonly image?: ImageWithSnapshots | undefined;
}

/** An image in a pool that was listed, which is no disk of any guest: detached, left behind, or of a guest that we may not see. */
export interface UnownedImage {
  readonly source: SourceIdentity;
  readonly image: ImageWithSnapshots;
  /** Where a guest remembers it: `unused0 of web (100)`. */
  readonly detached?: string | undefined;
}

/** What could not be looked at, while everything else could: chains that may belong to it are frozen, others go on. */
export interface Blind {
  /** For people: the guest or the storage. */
  readonly about: string;
  readonly because: string;
  /** Only that guest. undefined: any guest of the cluster. */
  readonly vmid?: number | undefined;
}

export interface Inventory {
  /** Every Ceph cluster that answered. */
  readonly fsids: readonly string[];
  readonly guests: readonly FoundGuest[];
  readonly omitted: readonly OmittedDisk[];
  readonly blind: readonly Blind[];
  /** Where the cluster knows guests. What is listed here is not gone. */
  readonly unowned?: readonly UnownedImage[] | undefined;
}

export interface StreamRequest {
  readonly snapshot: string;
  /** Nothing: everything up to the snapshot. */
  readonly base?: string | undefined;
}

export interface DigestRequest {
  readonly snapshot: string;
  readonly part: DigestPart;
}

/** A pool into which disks are restored. */
export interface Destination {
  readonly pool: RbdPool;
  readonly objects: Pick<RadosObjects, "fsid">;
  /** As commands are told of it where they run: for those a person may type next. */
  readonly address: PoolAddress;
  /** The cluster's name for it, where it has one. */
  readonly storage?: string | undefined;
  /** Whether the cluster has a pool of that name. */
  hasPool(pool: string): Promise<boolean>;
  /**
   * Commands to be run here; the first receives a difference on its stdin and is where the commit goes. Without the last
   * byte no snapshot is made there, whatever lies between.
   */
  sink(image: string): Pipeline;
  /** As `Cluster.digest`. */
  digest(image: string, snapshot: string): Pipeline;
}

/** How it ended that a guest was held still. */
export interface Thawed {
  /** It had stayed frozen from the moment it was until now. */
  readonly held: boolean;
  /** Why not, or what a person should know. */
  readonly because?: string | undefined;
  /** The guest may still be frozen: nobody answered. It is tried again by the next run. */
  readonly stuck?: boolean | undefined;
}

/** A guest that stands still. */
export interface Frozen {
  readonly frozen: true;
  /** Never throws; a second call answers what the first did. */
  thaw(): Promise<Thawed>;
}

/** A guest that could not be made to stand still, and runs again if it ever stopped, unless it is `stuck`. */
export interface NotFrozen extends Omit<Thawed, "held"> {
  readonly frozen: false;
  readonly because: string;
}

/** A live cluster: says what exists and can hold a guest still. It decides nothing. */
export interface Cluster {
  readonly name: string;
  /** Complete, with its gaps named as `blind`, or an error: a listing that misses something looks like a disk that is gone. */
  inventory(signal?: AbortSignal): Promise<Inventory>;
  /** The pool a disk lives in; commands run where the cluster is. */
  pool(disk: Disk): RbdPool;
  /**
   * Commands to be run here that write the difference to the stdout of the last one. They are run with `holdStdin`:
   * what runs on the cluster's side ends when we do.
   */
  stream(disk: Disk, request: StreamRequest): Pipeline;
  /** The same for a digest of the whole content of a snapshot: one line, the digest its first word. */
  digest(disk: Disk, snapshot: string): Pipeline;
  /** The same for digests of its chunks, for `RbdPool.compareDigests` to read. */
  digests(disk: Disk, request: DigestRequest): Pipeline;
  /** A pool of the cluster, not only of those it backs up. @throws BackurneError: it has none of that name. */
  destination(pool: string, namespace: string): Promise<Destination>;
  /** How it is with the guest at this moment: the listing may be hours old. */
  stillness(guest: FoundGuest): Promise<Stillness>;
  /**
   * Holds a `freezable` guest still. Whoever calls has recorded the intent before, and thaws whatever happens.
   * Never throws.
   */
  freeze(guest: FoundGuest, signal?: AbortSignal): Promise<Frozen | NotFrozen>;
  /** Thaws what a run that is gone may have left frozen. A guest that is not frozen, or not there, is left as it is. */
  thaw(vmid: number): Promise<Thawed>;
  /** What its own API keeps from being backed up well, looked at before anything breaks. */
  examine?(guests: readonly FoundGuest[]): Promise<readonly Omit<Finding, "probe">[]>;
}
