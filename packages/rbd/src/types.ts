import type { Pipeline } from "@backurne/exec";
import type { ImageShape } from "@backurne/model";

export interface Snapshot {
  readonly id: number;
  readonly name: string;
  /** Bytes provisioned when it was made. */
  readonly size: number;
  /** Somebody has it open, or clones of the old format hang on it. */
  readonly protected?: true | undefined;
}

/** With Ceph's own time of creation, which only a listing of one image tells. */
export interface DatedSnapshot extends Snapshot {
  /** Epoch ms, whole seconds. */
  readonly created: number;
}

export interface ImageWithSnapshots {
  readonly image: string;
  readonly id: string;
  /** Bytes provisioned now. */
  readonly size: number;
  /** User snapshots only, oldest first by id. */
  readonly snapshots: readonly Snapshot[];
}

export interface ImageInfo extends ImageShape {
  readonly id: string;
  readonly size: number;
  /** `object map invalid`, `fast diff invalid`. */
  readonly flags: readonly string[];
  /** Of a clone: what it was made of, by the name that has now. */
  readonly parent?: { readonly image: string; readonly snapshot: string } | undefined;
}

export interface Usage {
  readonly image: string;
  readonly snapshot?: string | undefined;
  readonly size: number;
  readonly used: number;
}

/**
 * Which part of a snapshot's content is digested. `changed`: what its difference to `base` lists (nothing: all that is
 * allocated). `share`: `count` of every `of` chunks, whatever any listing says.
 */
export type DigestPart =
  | { readonly kind: "changed"; readonly base?: string | undefined }
  | { readonly kind: "share"; readonly first: number; readonly count: number; readonly of: number };

export interface CompareOptions {
  /** What stands here and is not among the digests has to be zeros. */
  readonly stray?: boolean | undefined;
  /** A line `compared BYTES` on stderr now and then. */
  readonly progress?: boolean | undefined;
}

/** What a comparison found. */
export interface Comparison {
  /** Compared, zeros included. */
  readonly bytes: number;
  /** Chunks that differ. */
  readonly different: number;
  /** The first of them, each as offset and length. */
  readonly ranges: readonly { readonly offset: number; readonly length: number }[];
}

export interface CreateOptions {
  readonly size: number;
  /** undefined: as a backup image needs it. */
  readonly shape?: Partial<ImageShape> | undefined;
}

/**
 * One pool (and namespace) of one cluster. Every call is one `rbd` run unless it says otherwise; every
 * failure that is not an answer throws a CommandError.
 */
export interface RbdPool {
  /** For messages: `rbd/tenant on bk1`. */
  readonly place: string;
  /** Whether there is such a pool, and such a namespace in it. */
  exists(): Promise<boolean>;
  /** One `rbd ls -l` for the whole pool. */
  inventory(): Promise<readonly ImageWithSnapshots[]>;
  /** Only the names of all images: a hundredth of the cost. */
  names(): Promise<readonly string[]>;
  /**
   * The user snapshots of one image, as they are after the call was made; undefined: no such image. Calls that
   * come together are answered by one listing of the pool where that is cheaper.
   */
  snapshots(image: string): Promise<readonly Snapshot[] | undefined>;
  datedSnapshots(image: string): Promise<readonly DatedSnapshot[] | undefined>;
  info(image: string): Promise<ImageInfo | undefined>;
  /** Whether anybody has it open; undefined: no such image. */
  watched(image: string): Promise<boolean | undefined>;
  metadata(image: string): Promise<Readonly<Record<string, string>> | undefined>;
  setMetadata(image: string, key: string, value: string): Promise<void>;
  /** A key that is not there is no failure. */
  removeMetadata(image: string, key: string): Promise<void>;
  create(image: string, options: CreateOptions): Promise<"created" | "exists">;
  /** Atomic; an existing target is an answer, never overwritten. */
  rename(from: string, to: string): Promise<"renamed" | "exists">;
  /** Without its snapshots. `busy`: it has watchers or snapshots. */
  remove(image: string): Promise<"removed" | "busy" | "absent">;
  /** Into the trash for `days`; its snapshots go with it. */
  trash(image: string, days: number): Promise<void>;
  createSnapshot(image: string, snapshot: string): Promise<"created" | "exists">;
  /** `busy`: it is protected or has clones. */
  removeSnapshot(image: string, snapshot: string): Promise<"removed" | "busy" | "absent">;
  /** From then on nobody removes it, whatever he has decided before. One that is protected is no failure. */
  protect(image: string, snapshot: string): Promise<"protected" | "absent">;
  /** Clones of it, as `pool/image` or `pool/namespace/image`; undefined: no such image or snapshot. */
  children(image: string, snapshot: string): Promise<readonly string[] | undefined>;
  /** `busy`: it has clones of the old format. One that is not protected is no failure. */
  unprotect(image: string, snapshot: string): Promise<"unprotected" | "busy" | "absent">;
  /** Makes the head equal to the snapshot, whatever was written to it since. */
  rollback(image: string, snapshot: string): Promise<void>;
  /** Bytes an `export-diff` would carry from `base` (nothing: everything) to the head. */
  changedBytes(image: string, base?: string): Promise<number>;
  /** Bytes an `export-diff` of that snapshot would carry from `base` (nothing: everything). */
  snapshotBytes(image: string, snapshot: string, base?: string): Promise<number>;
  /** Used bytes of every image and snapshot of the pool. */
  usage(): Promise<readonly Usage[]>;
  /** Writes the stream to stdout. */
  exportDiff(image: string, snapshot: string, base?: string): Pipeline;
  /** Writes the whole content to stdout, zeros too: for hashing in place. */
  exportWhole(image: string, snapshot: string): Pipeline;
  /** Writes a digest of each chunk of a part of the content to stdout. */
  digests(image: string, snapshot: string, part: DigestPart): Pipeline;
  /** Reads such digests from stdin, compares them with this snapshot's and prints a `Comparison`. */
  compareDigests(image: string, snapshot: string, options?: CompareOptions): Pipeline;
  /** Reads the stream from stdin, which must be a kernel pipe. */
  importDiff(image: string): Pipeline;
}

export interface TrashedImage {
  readonly id: string;
  /** The name it had. */
  readonly name: string;
  /** Epoch ms, whole seconds. */
  readonly trashed: number;
  /** Until then Ceph itself keeps it; Infinity: it says nothing that is understood. */
  readonly ends: number;
}

/** What lies in the trash of one pool, by the ids of the images, foreign ones too. */
export interface RbdTrash {
  list(): Promise<readonly TrashedImage[]>;
  /** One value of its image-meta; undefined: it has no such key. */
  metadata(id: string, key: string): Promise<string | undefined>;
  /** It has clones, or snapshots that are protected for some. */
  cloned(id: string): Promise<boolean>;
  restore(id: string, image: string): Promise<"restored" | "exists" | "absent">;
  /** For good, with its snapshots. Before its end only by `force`. To be asked first: whether it is `cloned`. */
  remove(id: string, force: boolean): Promise<"removed" | "busy" | "absent">;
}

export interface Locker {
  readonly name: string;
  readonly cookie: string;
  readonly description: string;
  /** Epoch ms by the OSD's clock; Infinity: never. */
  readonly expires: number;
}

export interface LockState {
  readonly tag: string;
  readonly lockers: readonly Locker[];
}

export interface LockRequest {
  readonly name: string;
  readonly tag: string;
  readonly description: string;
  /** Seconds by the OSD's clock. */
  readonly seconds: number;
}

/** Objects of our own beside the images, in the same pool and namespace, and the locks on them. */
export interface RadosObjects {
  /** undefined: no such object. */
  read(object: string): Promise<string | undefined>;
  write(object: string, content: string): Promise<void>;
  /** Atomic: lines of several hosts never mix. */
  append(object: string, content: string): Promise<void>;
  /** An object that is not there is no failure. */
  removeObject(object: string): Promise<void>;
  /**
   * All of them in one call, which has either been done or will not be done any more `seconds` after it was made. Rejects
   * at the first one that is not there, and leaves those behind it.
   */
  removeObjects(objects: readonly string[], seconds: number): Promise<void>;
  /** The same tag renews, another tag's live lock makes it `busy`. */
  lock(object: string, request: LockRequest): Promise<"locked" | "busy">;
  lockState(object: string, name: string): Promise<LockState | undefined>;
  breakLock(object: string, name: string, locker: Locker): Promise<void>;
  /** The cluster's id. */
  fsid(): Promise<string>;
}

/** Whether a pool takes writes. One that is `full`, or at its `quota`, lets them wait for ever, and says nothing. */
export type Room =
  | { readonly kind: "room" | "full" }
  /** As `ceph osd pool set-quota` names them: `max_bytes 1000000`. */
  | { readonly kind: "quota"; readonly limits: string };

/** Images as block devices of this host, by rbd-nbd: what needs root and the kernel's nbd. */
export interface RbdDevices {
  /** A new image with the content of that snapshot; writing to it changes nothing of the backup. */
  clone(image: string, snapshot: string, to: string): Promise<void>;
  /**
   * A process serves it from then on; told to end, it takes the device away. A cluster that does not answer for a minute
   * makes reading and writing fail. @returns the device.
   */
  map(image: string): Promise<string>;
}
