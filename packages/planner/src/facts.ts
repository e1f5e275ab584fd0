import type {
  Disk,
  ImageKey,
  LiveCluster,
  Marks,
  Moved,
  ProfilesAnswer,
  ProfileSettings,
  SnapshotName,
  SourceIdentity,
  SourceState,
  Warning,
} from "@backurne/model";

/** A snapshot as a listing shows it. `ours` is undefined for every name that is not one of ours. */
export interface SnapshotFacts {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  /** Read by whoever gathered the facts; where the name lies about the time, with Ceph's time in its place. */
  readonly ours: SnapshotName | undefined;
  /** Ceph lets nobody remove it: somebody has it mapped, or clones of the old format hang on it. */
  readonly protected?: true | undefined;
}

/** One image of the backup pool that holds, or held, the backups of one disk. */
export interface ChainFacts {
  readonly image: string;
  readonly imageId: string;
  readonly kind: "current" | "closed";
  readonly key: ImageKey;
  readonly comment: string;
  readonly size: number;
  /** Oldest first. */
  readonly snapshots: readonly SnapshotFacts[];
  readonly marks: Marks;
  /** Bytes the last transfer moved, where it is remembered. */
  readonly lastBytes?: number | undefined;
  /** What the last incremental moved, where it is remembered. */
  readonly moved?: Moved | undefined;
}

/** One disk on a live cluster, with its snapshots, oldest first. */
export interface DiskFacts {
  readonly disk: Disk;
  /** Its guest runs, and can be held still. */
  readonly freezable?: boolean | undefined;
  readonly source: SourceIdentity;
  readonly size: number;
  readonly snapshots: readonly SnapshotFacts[];
}

/** A disk that its cluster itself keeps from being backed up. */
export interface OmittedFacts {
  readonly disk: Disk;
  readonly state: Extract<SourceState, "excluded" | "switched off">;
  readonly because: string;
  /** Oldest first, where its image was listed. */
  readonly snapshots?: readonly SnapshotFacts[] | undefined;
}

/** An image of the live side that no guest has as a disk. */
export interface UnownedFacts {
  readonly source: SourceIdentity;
  /** Oldest first. */
  readonly snapshots: readonly SnapshotFacts[];
  /** Where a guest remembers it: `unused0 of web (100)`. */
  readonly detached?: string | undefined;
}

/** What could not be looked at. Without a vmid it may have been anybody's. */
export interface BlindSpot {
  readonly about: string;
  readonly because: string;
  readonly vmid?: number | undefined;
}

export interface ClusterFacts {
  readonly cluster: LiveCluster;
  /** undefined: could not be listed, for the reason in `failure`. */
  readonly disks: readonly DiskFacts[] | undefined;
  /** Every Ceph cluster behind it that answered. */
  readonly fsids?: readonly string[] | undefined;
  readonly omitted?: readonly OmittedFacts[] | undefined;
  readonly unowned?: readonly UnownedFacts[] | undefined;
  readonly blind?: readonly BlindSpot[] | undefined;
  /** Why it is not believed where it lacks disks (`doubtListing`). */
  readonly doubt?: string | undefined;
  readonly failure?: string | undefined;
}

export interface PoolFacts {
  readonly chains: readonly ChainFacts[];
  /** Whether a live snapshot was recorded in our pool before it was made. */
  intended(key: ImageKey, snapshot: string): boolean;
}

/** What the run is restricted to. */
export interface PlanFilter {
  readonly cluster?: string | undefined;
  readonly vmid?: number | undefined;
  readonly profile?: string | undefined;
  readonly force?: boolean | undefined;
  readonly cleanLive: boolean;
  readonly cleanBackup: boolean;
}

export interface PlanPolicy {
  /** ms */
  readonly extraRetention: number;
  readonly timezone: string;
  readonly maxNewFulls?: number | undefined;
  /** The pool was the old tool's: what that tool never did is not begun until the configuration names it. */
  readonly cautious?: boolean | undefined;
  /** What the profiles API names may also keep less than configured. */
  readonly mayLower?: boolean | undefined;
}

export interface PlanInput {
  /** Every cluster of the configuration; not said: those in `clusters`. */
  readonly configured?: readonly LiveCluster[] | undefined;
  readonly clusters: readonly ClusterFacts[];
  readonly pool: PoolFacts;
  /** Epoch ms. */
  readonly now: number;
  readonly filter: PlanFilter;
  readonly policy: PlanPolicy;
  readonly acceptRemovals?: number | undefined;
  readonly warnings?: readonly Warning[] | undefined;
  /** By key (`formatKey`): what the profiles API says of a disk. */
  readonly answers?: ReadonlyMap<string, ProfilesAnswer> | undefined;
}

/** Which profiles apply to a disk, and what says so. */
export interface Selection {
  readonly selected: boolean;
  readonly profiles: readonly ProfileSettings[];
  readonly because: string;
  /** A rule chose it, or what applies to it. */
  readonly named: boolean;
  /** What the configuration says; it may say nothing. */
  readonly fsfreeze: boolean | undefined;
}
