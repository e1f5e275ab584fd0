import type { Hold } from "./holds.ts";

/** One backup image in the trash. */
export interface TrashListing {
  /** rbd's own id of the image. */
  readonly id: string;
  /** The name it had. */
  readonly image: string;
  /** Short form for people. */
  readonly reference: string;
  /** ISO 8601. */
  readonly trashed: string;
  /** ISO 8601; afterwards the next run removes it for good. */
  readonly ends: string;
  readonly because: string;
}

/** `trash restore`. */
export interface TrashRestored {
  readonly version: 1;
  readonly kind: "trash-restored";
  readonly reference: string;
  /** The name it has now: another chain may stand under its own, then it is an old generation of that. */
  readonly image: string;
  readonly points: number;
  /** Its policy would let it go again at once, so it is held. */
  readonly hold?: Hold | undefined;
}

/** `trash empty`. */
export interface TrashEmptied {
  readonly version: 1;
  readonly kind: "trash-emptied";
  readonly removed: readonly TrashListing[];
  /** What is not removed, and why. */
  readonly stay: readonly (TrashListing & { readonly why: string })[];
}

/** `forget`. */
export interface Forgotten {
  readonly version: 1;
  readonly kind: "forgotten";
  readonly reference: string;
  readonly image: string;
  readonly points: number;
  /** ISO 8601: until then it can be had back from the trash. */
  readonly ends: string;
  /** Names of snapshots of ours that stay on the live image. */
  readonly live: readonly string[];
}
