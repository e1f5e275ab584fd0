import type { Warning } from "./plan.ts";

/** What re-applying the configured counts means to the points of one profile on one image. */
export interface ProfileCounts {
  readonly profile: string;
  readonly points: number;
  /** The counts that govern them now, ascending. */
  readonly now: readonly number[];
  /** The one that does afterwards; undefined: they are left alone, for the reason in `because`. */
  readonly after?: number | undefined;
  /** ms: the intervals that govern them now, ascending, and the one that does afterwards; only where that is another. */
  readonly intervals?: { readonly now: readonly number[]; readonly after: number } | undefined;
  readonly because?: string | undefined;
  /** How many of them policy lets go with it that it keeps now. */
  readonly expires: number;
}

/** `to apply`: nothing was to be written. */
export type RecountOutcome = "applied" | "to apply" | "unchanged" | "left alone" | "held" | "failed";

export interface ImageCounts {
  readonly reference: string;
  readonly image: string;
  readonly outcome: RecountOutcome;
  /** Why it is left alone, who holds it, what failed. */
  readonly because?: string | undefined;
  readonly profiles: readonly ProfileCounts[];
}

/** `retention apply`. */
export interface RetentionReport {
  readonly version: 1;
  readonly kind: "retention";
  readonly images: readonly ImageCounts[];
  /** What the brakes say to it: the next run refuses, until exactly that many removals are accepted. */
  readonly refused?: { readonly because: readonly string[]; readonly removals: number } | undefined;
  readonly warnings: readonly Warning[];
  /** What could not be listed; its images are left alone. */
  readonly failures: readonly Warning[];
}
