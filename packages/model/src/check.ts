/** How much a problem matters: `info` changes no exit code. */
export type Severity = "info" | "warning" | "critical";

/**
 * What can be wrong with backups. `late`: older than the profile allows. `missing`: no backup of the profile at all.
 * `alarm`: far more changed than usual, and nothing expires until somebody has looked.
 * `unmeasured`: nobody can say how much has changed, so no such alarm would have come.
 * `frozen`: a run that is gone has left a guest standing still. `unshared`: the next transfer has to be a full. `leftover`: a snapshot, on either side, that no run removed in time.
 * `unowned`: an image that was backed up stands, and no guest has it. `unconfigured`: of a cluster that left the configuration.
 * `unprofiled`: disks that no rule leaves out, and to which no profile applies.
 * `ending`: the last copy of a source that is gone goes soon.
 */
export type CheckKind =
  | "late"
  | "missing"
  | "suspect"
  | "alarm"
  | "unmeasured"
  | "unverified"
  | "unshared"
  | "leftover"
  | "refused"
  | "lease"
  | "frozen"
  | "identity"
  | "unreadable"
  | "unlisted"
  | "blind"
  | "unowned"
  | "unconfigured"
  | "unprofiled"
  | "clock"
  | "ending";

export interface CheckProblem {
  readonly kind: CheckKind;
  readonly severity: Severity;
  /** The disk in short form, a guest, or a cluster. */
  readonly about: string;
  /** Name of the backup image, where it is about one. */
  readonly image?: string | undefined;
  readonly message: string;
  /** ISO 8601, of the last good backup, where that is the point. */
  readonly last?: string | undefined;
}

/** What `precheck` found and stored; `check` prints it without asking anybody. */
export interface Precheck {
  readonly version: 1;
  readonly kind: "precheck";
  /** ISO 8601 */
  readonly at: string;
  readonly host: string;
  /** ms after which this is too old to be believed. */
  readonly maxAge: number;
  /** Disks that are to be backed up. */
  readonly disks: number;
  /** ISO 8601: the oldest among the newest good backups of these disks. */
  readonly oldest?: string | undefined;
  /** The worst first. */
  readonly problems: readonly CheckProblem[];
}
