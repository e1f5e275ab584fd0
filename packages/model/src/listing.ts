import type { GuestProfiles } from "./guest-profiles.ts";
import type { Consistency, GuestConfig, GuestTraits, SourceState } from "./guests.ts";
import type { Alarm, Hold, Packed } from "./holds.ts";
import type { Side, Warning } from "./plan.ts";
import type { Proof } from "./verification.ts";

/** One backup image as tables show it. The first four keep the names the old tool's scripts rely on. */
export interface ImageListing {
  /** The guest's name. */
  readonly ident: string;
  readonly disk: string;
  /** Name of the rbd image in the backup pool. */
  readonly uuid: string;
  readonly cluster: string;
  readonly guest: string;
  /** Short form for people. */
  readonly reference: string;
  readonly kind: "current" | "closed" | "partial";
  /** Bytes provisioned. */
  readonly size: number;
  readonly snapshots: number;
  /** ISO 8601; undefined: no good backup. */
  readonly lastGood?: string | undefined;
  /** ISO 8601, by profile: its newest backup. */
  readonly newest?: Readonly<Record<string, string>> | undefined;
  readonly state: SourceState;
  readonly stateSince?: string | undefined;
  /** Profiles whose backup is late. */
  readonly late: readonly string[];
  readonly unproved: boolean;
  /** What was last compared with the source. */
  readonly verified?: Proof | undefined;
  /** ISO 8601; since then all of it has been compared. */
  readonly verifiedWhole?: string | undefined;
  /** Why the next run starts a new generation. */
  readonly suspect?: string | undefined;
  /** Why the configuration leaves it out, with the rule's line. */
  readonly because?: string | undefined;
  /** Points that are held, each by a hold of its own. */
  readonly held: number;
  /** The whole image is held. */
  readonly hold?: Hold | undefined;
  readonly alarm?: Alarm | undefined;
}

/** One disk of a guest, with what its backup image tells; there may be none yet. */
export interface GuestDisk extends Pick<
  ImageListing,
  "disk" | "reference" | "size" | "snapshots" | "lastGood" | "newest" | "state" | "because" | "late"
> {
  /** Name of the rbd image in the backup pool. */
  readonly image?: string | undefined;
}

/** A guest that is there, or has backups, or for which policies are set. On a plain cluster every image is one. */
export interface GuestListing {
  readonly cluster: string;
  /** undefined: policies are set for it, and nothing else is known. */
  readonly name?: string | undefined;
  /** What all its backups are known by, where that is the guest and not the place of each disk: its smbios UUID. */
  readonly ident?: string | undefined;
  readonly vmid?: GuestTraits["vmid"] | undefined;
  readonly kind?: GuestTraits["kind"] | undefined;
  readonly disks: readonly GuestDisk[];
  /** Of its own; undefined: what is configured applies. */
  readonly policies?: GuestProfiles | undefined;
}

/** One snapshot of a backup image, oldest first in lists. */
export interface PointListing {
  /** ISO 8601, kept from the old tool. */
  readonly creation: string;
  /** Name of the snapshot, kept from the old tool. */
  readonly uuid: string;
  readonly profile: string;
  /** The one that governs it: its name's, unless another was re-applied. */
  readonly count: number;
  readonly id: number;
  /** Bytes provisioned at that time. */
  readonly size: number;
  /** `base`: the newest shared with the live image; `live`: stands there too. */
  readonly live: "base" | "live" | "-";
  /** How much of it was compared with its source. */
  readonly verified?: Proof | undefined;
  /** What came with it, while that is remembered; of an incremental only. */
  readonly moved?: { readonly bytes: number; readonly wire?: number | undefined } | undefined;
  /** How still the guest stood; undefined: nobody knew a guest. */
  readonly consistency?: Consistency | undefined;
  /** The guest's configuration at that time. */
  readonly config?: GuestConfig | undefined;
  /** No policy expires it: a hold of its own, or else that of the whole image. */
  readonly hold?: Hold | undefined;
}

/** What one disk of a guest has of a moment: a point of one profile. */
export interface GuestPoint
  extends
    Pick<PointListing, "profile" | "live" | "verified" | "consistency" | "hold">,
    Pick<ExplainedSnapshot, "verdict" | "because" | "expires" | "expiresBecause"> {
  readonly disk: string;
  /** Name of the rbd image in the backup pool. */
  readonly image: string;
  readonly snapshot: string;
}

/** A point of a guest: its disks were snapshotted together, and this is what is left of it. */
export interface GuestMoment {
  /** ISO 8601 */
  readonly at: string;
  /** By disk; several of one disk are twins. */
  readonly points: readonly GuestPoint[];
  /** Disks that the guest has now, and that have no backup of this moment. */
  readonly lacks: readonly { readonly disk: string; readonly because: string }[];
}

/** One guest, the images of its disks, and its moments, all from one look. */
export interface GuestInspection {
  readonly version: 1;
  readonly kind: "guest";
  readonly guest: GuestListing;
  /** Those that stand in the backup pool, closed generations among them; by disk. */
  readonly images: readonly ImageListing[];
  /** Oldest first. */
  readonly moments: readonly GuestMoment[];
  /** What could not be read, and what is taken for granted instead. */
  readonly warnings: readonly Warning[];
}

/** What the backup pool holds, and what still fits, by its quota where that is less. Bytes, without replicas. */
export interface PoolSpace {
  readonly pool: string;
  readonly stored: number;
  readonly available: number;
}

export interface ImageUsage {
  readonly uuid: string;
  readonly reference: string;
  /** Bytes provisioned. */
  readonly size: number;
  /** Bytes used by the image and all its snapshots. */
  readonly used: number;
  readonly snapshots: number;
}

export interface ExplainedSnapshot {
  readonly side: Side;
  readonly name: string;
  readonly time?: string | undefined;
  readonly profile?: string | undefined;
  readonly verdict: "keep" | "remove" | "ignore";
  readonly because: string;
  /** Of a backup, ISO 8601: the run that removes it if runs go on as they do; undefined: none does, or nobody can say. */
  readonly expires?: string | undefined;
  /** What keeps it until then, or why nobody can say. */
  readonly expiresBecause?: string | undefined;
}

export interface Explanation {
  readonly version: 1;
  readonly kind: "explanation";
  readonly reference: string;
  readonly image: string;
  readonly state: SourceState;
  readonly policy: readonly {
    readonly profile: string;
    readonly count: number;
    readonly maxOnLive: number;
  }[];
  /** Where the policy comes from: defaults, cluster, or a rule with its line. */
  readonly from: string;
  readonly next: readonly {
    readonly profile: string;
    readonly at: string;
    readonly because: string;
  }[];
  readonly snapshots: readonly ExplainedSnapshot[];
  readonly refused: readonly string[];
  /** A verification failed: what it found. */
  readonly suspect?: string | undefined;
  /** The whole image is held. */
  readonly hold?: Hold | undefined;
  readonly alarm?: Alarm | undefined;
  /** What its latest incrementals moved, bytes; `usual`: what is to be expected at most, where enough is known. */
  readonly changed?:
    | {
        readonly runs: number;
        readonly last: number;
        readonly usual?: number | undefined;
        /** Bytes of all of these runs that were compressed, and what came over the wire for them. */
        readonly packed?: Packed | undefined;
      }
    | undefined;
  /** Until when the last copy would be kept if the source vanished today. */
  readonly lastCopyUntil?: string | undefined;
}

/** One backup image, its points and the verdict on each, all from one look. */
export interface ImageInspection {
  readonly version: 1;
  readonly kind: "image";
  readonly image: ImageListing;
  /** Oldest first. */
  readonly points: readonly PointListing[];
  readonly explanation: Explanation;
}
