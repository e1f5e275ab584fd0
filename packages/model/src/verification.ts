import { byNewest, countFitting, packMark, unpackMark } from "./long-mark.ts";
import { MARK_PREFIX } from "./marks.ts";

/** How much of a snapshot was compared with its source: what a transfer sent, a share of all of it (`1/30`), or all. */
export type Extent = "sent" | "full" | `${number}/${number}`;

export interface Proof {
  readonly how: Extent;
  /** ISO 8601 */
  readonly at: string;
}

/** A rolling share: each verification goes on where the one before stopped, on whichever host. */
export interface Turn {
  /** Shares of one turn. */
  readonly of: number;
  /** The first one that this turn has not compared yet. */
  readonly next: number;
  readonly began: string;
}

/** A turn that has ended: its first share was compared when it began, its last when it ended. */
export interface Round {
  /** 1: all of it was compared at once. */
  readonly of: number;
  /** ISO 8601; undefined: with `whole`. */
  readonly began?: string | undefined;
  readonly ended: string;
}

/** `backurne.verified`: what tables need of a chain. */
export interface VerifiedMark {
  readonly last: Proof & { readonly snapshot: string };
  /** All that the first transfer of this generation sent was compared. */
  readonly begun?: string | undefined;
  /** Everything was compared since then, at once or by shares. */
  readonly whole?: string | undefined;
  /** The last one; earlier versions wrote none. */
  readonly round?: Round | undefined;
  /** The one that is under way. */
  readonly turn?: Turn | undefined;
}

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** `backurne.suspect`: a verification found a difference. */
export interface SuspectMark {
  readonly snapshot: string;
  /** The first ones; none where whole snapshots were compared by one hash. */
  readonly ranges: readonly ByteRange[];
  readonly how: Extent;
  readonly at: string;
}

/** By the name of the snapshot. */
export type Proofs = Readonly<Record<string, Proof>>;

/** Key of the mark that holds them. It is read with one image and never copied into the catalog, which it would swell. */
export const PROOFS = `${MARK_PREFIX}proofs`;

/** Those of the oldest points are left out where all are more than a mark can hold. */
export function formatProofs(proofs: Proofs): string {
  const newest = byNewest(proofs);
  const format = (count: number): string => packMark(Object.fromEntries(newest.slice(0, count)));
  return format(countFitting(newest.length, format));
}

/** Nothing is decided from them: what cannot be read is as good as nothing. */
export function parseProofs(metadata: Readonly<Record<string, string>>): Proofs {
  try {
    const proofs = unpackMark(metadata[PROOFS] ?? "{}");
    return typeof proofs === "object" && proofs !== null && !Array.isArray(proofs) ? (proofs as Proofs) : {};
  } catch {
    return {};
  }
}

/** A share of a snapshot says less than all that was sent, and both say less than all of it. */
export function strongerProof(one: Proof | undefined, other: Proof): Proof {
  const rank = ({ how }: Proof): number => (how === "full" ? 2 : how === "sent" ? 1 : 0);
  return one && rank(one) > rank(other) ? one : other;
}

/** `1.5 MiB at 4 MiB` would hide where: offsets are bytes. */
export function describeRanges(ranges: readonly ByteRange[]): string {
  const shown = ranges.slice(0, 3).map(({ offset, length }) => `${offset}+${length}`);
  return shown.join(", ") + (ranges.length > 3 ? ", …" : "");
}

/** Why a chain is suspect, in a few words, whoever wrote the mark. */
export function describeSuspect(suspect: unknown): string {
  const { snapshot, ranges, at } = (
    typeof suspect === "object" && suspect !== null ? suspect : {}
  ) as Partial<SuspectMark>;
  if (typeof snapshot !== "string" || typeof at !== "string") return "a verification failed";
  const where = Array.isArray(ranges) && ranges.length > 0 ? ` at ${describeRanges(ranges)}` : "";
  return `a verification failed on ${at.slice(0, 10)}: ${snapshot} differs from its source${where}`;
}

export type VerificationOutcome =
  | "same"
  | "different"
  /** No snapshot of it stands on both sides. */
  | "not shared"
  | "not verifiable"
  | "held"
  | "failed"
  | "interrupted";

export interface ImageVerification {
  /** Short form for people. */
  readonly reference: string;
  /** Name of the rbd image in the backup pool. */
  readonly image: string;
  readonly outcome: VerificationOutcome;
  readonly snapshot?: string | undefined;
  readonly how?: Extent | undefined;
  /** Bytes compared, zeros included. */
  readonly bytes: number;
  readonly milliseconds: number;
  /** The first ones that differ. */
  readonly ranges: readonly ByteRange[];
  readonly because?: string | undefined;
}

/** `verify --json` and `check-snap --json`; the exit code is read off it. */
export interface VerificationReport {
  readonly version: 1;
  readonly kind: "verification";
  readonly started: string;
  readonly ended: string;
  readonly exit: number;
  readonly images: readonly ImageVerification[];
  /** What could not be listed. */
  readonly failures: readonly { readonly about: string; readonly message: string }[];
}

/** What a verification of many images shows while it goes on. */
export type VerificationEvent =
  | { readonly kind: "planned"; readonly images: number }
  | {
      readonly kind: "started";
      readonly image: string;
      readonly reference: string;
      readonly expected?: number | undefined;
    }
  | { readonly kind: "progress"; readonly image: string; readonly bytes: number }
  | { readonly kind: "ended"; readonly result: ImageVerification };
