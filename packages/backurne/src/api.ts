import type {
  ApplyRequest,
  EmptyRequest,
  HoldRequest,
  LeaseTimes,
  MapImagesOptions,
  MapImagesRequest,
  ReleaseRequest,
  RestoreOptions,
  RestoreRequest,
  RunOptions,
  UnmapRequest,
  VerifyOptions,
} from "@backurne/engine";
import type {
  Diagnosis,
  Explanation,
  Fix,
  Forgotten,
  GuestAddress,
  GuestInspection,
  GuestListing,
  GuestProfiles,
  HoldReport,
  ImageInspection,
  ImageListing,
  ImageUsage,
  PoolSpace,
  Mapping,
  Mended,
  Plan,
  PointListing,
  Precheck,
  ProfilesAnswer,
  ReleaseReport,
  Restoration,
  RetentionReport,
  RunEvent,
  RunReport,
  TrashEmptied,
  TrashListing,
  TrashRestored,
  Unmapped,
  VerificationReport,
} from "@backurne/model";
import type { MappedFiles } from "@backurne/mapped";

export type {
  ArchiveFormat,
  FileEntry,
  FilePage,
  FilePlace,
  MappedArchive,
  MappedFile,
  MappedFiles,
  OpenedFile,
  PageRequest,
  Span,
} from "@backurne/mapped";
export type {
  ApplyRequest,
  EmptyRequest,
  HoldRequest,
  MapImagesOptions,
  MapImagesRequest,
  ReleaseRequest,
  RestoreOptions,
  RestoreRequest,
  RunOptions,
  UnmapRequest,
  VerifyOptions,
} from "@backurne/engine";

export interface PlanOptions extends RunOptions {
  /** Ask the clusters how many bytes each transfer will move (one `rbd diff` per transfer). Default true. */
  readonly estimate?: boolean | undefined;
}

/**
 * The front door. Errors are BackurneErrors: `not-found` for a reference nothing fits, `usage` for one that
 * fits several (the candidates are in the message), `command` when a program failed.
 */
export interface Backurne extends AsyncDisposable {
  plan(options?: PlanOptions): Promise<Plan>;
  /** Never throws for a job that failed: that is in the report. */
  backup(options?: RunOptions & { readonly onEvent?: (event: RunEvent) => void }): Promise<RunReport>;
  list(): Promise<readonly ImageListing[]>;
  /** Oldest first. */
  points(reference: string): Promise<readonly PointListing[]>;
  /** One image, its points and the verdict on each, from one look. */
  inspect(reference: string): Promise<ImageInspection>;
  /** Smallest first. */
  stats(): Promise<readonly ImageUsage[]>;
  /** Of the backup pool; undefined: nobody says. */
  space(): Promise<PoolSpace | undefined>;
  explain(reference: string): Promise<Explanation>;
  /** Compares the newest snapshot both sides share. Never throws for a chain that differs: that is in the report. */
  verify(options: VerifyOptions): Promise<VerificationReport>;
  /**
   * A whole disk into a new image, compared by hash before it has its name. `refused`: an image of that name exists;
   * `difference`: what arrived is not the backup; `held`: a run has the chain.
   */
  restore(request: RestoreRequest, options?: RestoreOptions): Promise<Restoration>;
  /** Computes every problem and stores them, in the pool and in `state_dir`, where `backurne/check` reads them. */
  precheck(): Promise<Precheck>;
  /** Looks before anything breaks; changes nothing. What could not be looked at is a finding too. */
  examine(): Promise<Diagnosis>;
  /** Does what a finding offers, if that is still right. */
  mend(fix: Fix): Promise<Mended>;
  /** No policy expires it until it is released, or the hold is over. `held` where another run holds the image. */
  hold(request: HoldRequest): Promise<HoldReport>;
  release(request: ReleaseRequest): Promise<ReleaseReport>;
  /** The configured counts for the points that stand; a mark says so, and the next run expires by it. Never throws for one image. */
  applyCounts(request?: ApplyRequest): Promise<RetentionReport>;
  /** Into the trash. `refused` while it is backed up, not known to be gone, or held. */
  forget(reference: string): Promise<Forgotten>;
  /** What we put there and nobody else, what ends first first. */
  trash(): Promise<readonly TrashListing[]>;
  restoreTrashed(reference: string): Promise<TrashRestored>;
  /** For good. */
  emptyTrash(request?: EmptyRequest): Promise<TrashEmptied>;
  /** Opens backups as devices and file systems of this host, writable and disposable. Needs root and nbd: else `usage`. */
  map(request: MapImagesRequest, options?: MapImagesOptions): Promise<Mapping>;
  /** `held`: something of it is in use; what was undone stays undone. */
  unmap(request: UnmapRequest, options?: MapImagesOptions): Promise<Unmapped>;
  /** Of this host, each compared with what is there. */
  listMapped(): Promise<readonly Mapping[]>;
  /** Undoes what was mapped for a time that is over, as far as that goes in some seconds. Returns a line for each that is left. */
  sweepMapped(): Promise<readonly string[]>;
  /** What is in those backups. */
  readonly files: MappedFiles;
  /** Every guest that is there, or has backups, with its disks. By cluster and name. */
  guests(): Promise<readonly GuestListing[]>;
  /** One guest, by `CLUSTER/NAME`, `CLUSTER/VMID` or the rbd name of a backup of its: its disks, and its points. */
  guest(reference: string): Promise<GuestInspection>;
  /** What somebody has set for single guests of Proxmox clusters, in the backup pool. */
  guestProfiles(): Promise<readonly GuestProfiles[]>;
  /** Laid over what is configured as the profiles API's answers are; `undefined` takes it back. */
  setGuestProfiles(guest: GuestAddress, answer: ProfilesAnswer | undefined): Promise<GuestProfiles | undefined>;
}

export interface OpenOptions {
  /** Epoch ms; tests turn the clock with it. */
  readonly now?: () => number;
  /** The environment of every program; without it ssh finds no agent, and programs are looked for in Debian's PATH. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Name of this host in leases and reports; default: what the host says. */
  readonly host?: string;
  /** ms without a byte after which the backup pool is asked whether it is full. */
  readonly silence?: number;
  /** Tests shorten them; shorter ones than the default lose leases on a busy cluster. */
  readonly leaseTimes?: LeaseTimes;
}
