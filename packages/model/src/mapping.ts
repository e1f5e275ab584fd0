import { MARK_PREFIX } from "./marks.ts";

/** A backup that is mapped. */
export interface MappedBackup {
  /** Short form of the disk, for people. */
  readonly reference: string;
  readonly image: string;
  readonly snapshot: string;
  /** ISO 8601 */
  readonly creation: string;
  /** Why it may not be what its source was, as it was known when it was mapped. */
  readonly doubts?: readonly string[] | undefined;
}

/** A disk of the guest that is meant, by its reference, which is not mapped with the others. */
export interface LeftOut {
  readonly device: string;
  /** Bytes. */
  readonly size: number;
  readonly why: string;
}

/** One block device of a mapping, or a file in it that is a disk. What a guest named is printed escaped. */
export interface MappedDevice {
  /** `/dev/nbd0p1`; of a disk that is not opened its path in the datastore; of one that is not mapped its reference. */
  readonly device: string;
  /** Devices it was found on; a volume group or a dynamic disk may have several. Empty: a disk. */
  readonly on: readonly string[];
  /** Bytes. */
  readonly size: number;
  /** `xfs`, `LVM2_member`, `dos`, …; undefined: nothing that is known. */
  readonly type?: string | undefined;
  readonly label?: string | undefined;
  readonly mountpoint?: string | undefined;
  /** Why it is left as it is. */
  readonly why?: string | undefined;
}

/**
 * `opening`: map is still at work; `interrupted`: it died at it; `differs`: not all is there any more; `unreadable`: its
 * journal is broken, or another version's, and says nothing.
 */
export type MappingState = "ok" | "opening" | "interrupted" | "differs" | "unreadable";

export interface Mapping {
  /** `m3` */
  readonly id: string;
  readonly backups: readonly MappedBackup[];
  /** User who asked for it; undefined: unreadable. */
  readonly by?: string | undefined;
  /** ISO 8601; undefined: unreadable. */
  readonly since?: string | undefined;
  /** ISO 8601; later commands undo it then, unless it is in use. */
  readonly expires?: string | undefined;
  readonly state: MappingState;
  /** What the journal says is open and is not; or why it cannot be read, and what to do. */
  readonly differences: readonly string[];
  /** Each after all it was found on. */
  readonly devices: readonly MappedDevice[];
}

/** What `map` and `unmap` are doing. `layer`: `lvm`, `filesystem`, … */
export type MappingEvent =
  | { readonly kind: "opening" | "opened" | "closing" | "closed"; readonly layer: string; readonly about: string }
  | { readonly kind: "left"; readonly device: string; readonly why: string };

/** `unmap`: what was undone. */
export interface Unmapped {
  readonly version: 1;
  readonly kind: "unmapped";
  readonly mappings: readonly Pick<Mapping, "id" | "backups">[];
}

/** On a clone made for looking into a backup: whose it is, so that one left over explains itself. */
export interface MappingMark {
  readonly id: string;
  readonly image: string;
  readonly snapshot: string;
  readonly host: string;
  readonly since: string;
}

export const MAPPING = `${MARK_PREFIX}mapping`;
