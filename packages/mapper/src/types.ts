import type { Command, CommandResult } from "@backurne/exec";
import type { RbdDevices, RbdPool } from "@backurne/rbd";

/** One entry of a partition table; in sectors of 512 bytes. */
export interface Partition {
  readonly number: number;
  readonly start: number;
  readonly size: number;
  /** `83`, or a GUID in capitals. */
  readonly type: string;
}

/** What a look at a device found, before anything is opened. Nothing of it is believed beyond that. */
export interface Contents {
  /** As blkid names it. */
  readonly type?: string | undefined;
  readonly version?: string | undefined;
  readonly label?: string | undefined;
  readonly table?: string | undefined;
  /** The same on every copy of a disk. */
  readonly tableId?: string | undefined;
  readonly partitions?: readonly Partition[] | undefined;
  /** It is one of `count` physical volumes of a volume group. */
  readonly volumeGroup?:
    | { readonly id: string; readonly name: string; readonly member: string; readonly count: number }
    | undefined;
  /** It is a disk of a group of Windows' dynamic disks. */
  readonly diskGroup?: { readonly id: string; readonly member: string } | undefined;
  /** Why it could not be looked at. */
  readonly trouble?: string | undefined;
}

/** Something that may hold more: a block device, or a disk in a file of a datastore. */
export interface Target {
  /** Path of the device; of a file its path in the datastore. */
  readonly device: string;
  /** Where the file is here. */
  readonly file?: string | undefined;
  /** Unique in its mapping and good as a part of file and device names. */
  readonly name: string;
  readonly on: readonly string[];
  /** Bytes. */
  readonly size: number;
  readonly contents: Contents;
}

/** What a layer shows when it is open: a device is looked at, a file waits until it is asked for. */
export type Found = Omit<Target, "contents" | "size" | "on"> & { readonly on?: readonly string[] };

/** What a layer knows of and cannot show: a leaf of the tree. The rest of the layer is open. */
export interface Left {
  /** Its device, or whatever tells people which one it is. */
  readonly device: string;
  readonly on: readonly string[];
  /** Bytes, where they are known. */
  readonly size?: number | undefined;
  readonly why: string;
}

export interface Opened {
  readonly found: readonly Found[];
  readonly left?: readonly Left[] | undefined;
  /** Where less was opened than was planned: the record from now on. */
  readonly record?: object | undefined;
  /** Of the one target that it shows as a whole. */
  readonly mountpoint?: string | undefined;
}

export interface MapContext {
  /** `m3` */
  readonly id: string;
  /** What each of its processes has in its environment, before the step. */
  readonly uuid: string;
  /** Mount points are in here, and here alone. */
  readonly room: string;
  /** Programs put what they need beside the result here; goes with the mapping. */
  readonly scratch: string;
  readonly pool: RbdPool;
  readonly devices: RbdDevices;
  /** Which files in datastores are to be opened. */
  readonly vmdk?: string | undefined;
  /** Runs one program. It, and what it leaves running, is known as the step's. */
  run(command: Command, input?: string): Promise<CommandResult>;
  /** A name like that, good for files and devices, that nothing else of this mapping has. */
  unique(name: string, among?: "mount points"): string;
  /** Those of the step that run: its daemons, and what a dead process of ours had begun. */
  processes(): Promise<readonly number[]>;
  /** What the step left running is told to end, and has ended. */
  endProcesses(): Promise<void>;
}

/** One kind of storage layer. The order of the table is the order of probing. */
export interface LayerKind<R> {
  /** The targets it takes, alone or in groups. Pure. */
  probe(targets: readonly Target[], context: Pick<MapContext, "vmdk">): readonly (readonly Target[])[];
  /** All that `close` will need, in another process, after a crash: it is written down before anything is opened. */
  plan(targets: readonly Target[], context: MapContext): Promise<R>;
  open(record: R, context: MapContext): Promise<Opened>;
  /** Idempotent; undoes what the record names and nothing else on the host. @throws BackurneError `held` when in use. */
  close(record: R, context: MapContext): Promise<void>;
  /** What of it is not there any more. */
  missing(record: R, context: Pick<MapContext, "processes">): Promise<readonly string[]>;
}
