import type { ImageKey } from "./image-name.ts";

/** What a cluster of real guests knows of the owner of a disk: rules, hooks and the profiles API look at it. */
export interface GuestTraits {
  readonly vmid: number;
  readonly kind: "qemu" | "lxc";
  readonly tags: readonly string[];
  /** The resource pool it belongs to: Proxmox's, not Ceph's. */
  readonly pool?: string | undefined;
}

/** A guest's own configuration as it was when a backup was made: the backup pool describes itself. */
export interface GuestConfig {
  readonly kind: "qemu" | "lxc";
  readonly vmid: number;
  readonly name: string;
  readonly node: string;
  /** Proxmox's own, of the whole configuration. */
  readonly digest: string;
  /** Without passwords. */
  readonly config: Readonly<Record<string, string | number>>;
}

/**
 * What a snapshot of a guest's disk holds. `quiesced`: its filesystems stood still. `crash-consistent`: as after a
 * power cut; the disks of one guest may be `skew` ms apart. `stopped`: nothing ran that could have been writing.
 */
export type Consistency =
  | { readonly kind: "quiesced" | "stopped" }
  | { readonly kind: "crash-consistent"; readonly skew: number; readonly because?: string | undefined };

/** One disk of a guest, as its cluster names it, and the key of its backups. */
export interface Disk {
  readonly cluster: string;
  readonly guest: string;
  /** The adapter (`scsi0`) or, on a plain cluster, the image's name again. */
  readonly disk: string;
  readonly pool: string;
  readonly namespace: string;
  readonly image: string;
  readonly key: ImageKey;
  readonly comment: string;
  /** The cluster's name for the place the image lives in, where it has one. */
  readonly storage?: string | undefined;
  readonly vm?: GuestTraits | undefined;
}

export interface Guest {
  readonly cluster: string;
  readonly name: string;
  readonly disks: readonly Disk[];
}

export type SourceState = "present" | "unlistable" | "vanished" | "excluded" | "switched off" | "unconfigured";

/** `CLUSTER/GUEST/DISK`, or `CLUSTER/IMAGE` where guest and disk are the same thing. */
export function shortName(disk: Pick<Disk, "cluster" | "guest" | "disk">): string {
  return disk.guest === disk.disk ? `${disk.cluster}/${disk.guest}` : `${disk.cluster}/${disk.guest}/${disk.disk}`;
}
