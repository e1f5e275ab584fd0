import type { Cluster, Destination } from "@backurne/cluster";
import type { Executor } from "@backurne/exec";
import type { Mapper } from "@backurne/mapper";
import type { Disk, LiveCluster, PoolAddress, Precheck, ProfilesAnswer, Settings } from "@backurne/model";
import type { RadosObjects, RbdPool, RbdTrash } from "@backurne/rbd";
import type { Site } from "./doctor/site.ts";
import type { RoomWatch } from "./room.ts";
import type { HookCall, HookOutcome } from "./hooks.ts";

/** One configured cluster and the adapter that speaks to it. */
export interface Reached {
  readonly settings: LiveCluster;
  readonly cluster: Cluster;
}

/** All a use case works with. Composed once, by the front door. */
export interface House {
  readonly settings: Settings;
  readonly executor: Executor;
  readonly backup: RbdPool;
  /** Of the backup pool. */
  readonly trash: RbdTrash;
  readonly objects: RadosObjects;
  /** On this host. */
  readonly mapper: Mapper;
  readonly clusters: readonly Reached[];
  /** Any pool of the backup cluster, for disks that are restored into it. */
  readonly openBackup: (address: PoolAddress) => Destination;
  /** Name of this host, for messages and leases. */
  readonly host: string;
  readonly version: string;
  /** Epoch ms; tests turn it. */
  readonly now: () => number;
  readonly leaseTimes: LeaseTimes;
  /** For writes to the backup pool, which a full pool would let wait for ever. */
  readonly roomWatch?: RoomWatch | undefined;
  /** Understands what the compressor of a stream says of its work; undefined: it was somebody else's line. */
  readonly hearPacking?: ((line: string) => { readonly wire?: number | undefined } | undefined) | undefined;
  /** Never throws: how it ended is in the outcome. */
  readonly runHook: (call: HookCall, signal: AbortSignal | undefined) => Promise<HookOutcome>;
  /** What the profiles API says of a disk; nothing when none is configured. Never throws. */
  readonly askProfiles?: ((disk: Disk, cluster: LiveCluster) => Promise<AskedProfiles>) | undefined;
  /** Keeps what `precheck` found with this host, for those who may ask no cluster. */
  readonly keepCheck?: ((precheck: Precheck) => Promise<void>) | undefined;
  /** Where programs run, as far as it is known: a Proxmox cluster says only in a listing where its storages are. */
  readonly sites?: (() => readonly Site[]) | undefined;
  /** Prints the digest of a snapshot of the backup pool, to compare it with a live one. */
  readonly digest: string;
}

/** What the profiles API says of one disk. */
export interface AskedProfiles {
  readonly answer: ProfilesAnswer | undefined;
  /** It did not answer, and so an older answer, or none, is used. */
  readonly warning?: string | undefined;
}

/** Seconds. */
export interface LeaseTimes {
  readonly duration: number;
  readonly renewEvery: number;
  /** Without a successful renewal for this long, the lease counts as lost. */
  readonly lostAfter: number;
  /** A renewal this young is as good as one made just now. */
  readonly fresh: number;
}

export const LEASE_TIMES: LeaseTimes = { duration: 60, renewEvery: 15, lostAfter: 45, fresh: 10 };
