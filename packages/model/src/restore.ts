import type { RunEvent } from "./events.ts";
import type { GuestConfig } from "./guests.ts";
import { MARK_PREFIX } from "./marks.ts";

/** What an image is like besides its size and its content. */
export interface ImageShape {
  readonly objectSize: number;
  readonly features: readonly string[];
  readonly stripeUnit?: number | undefined;
  readonly stripeCount?: number | undefined;
  readonly dataPool?: string | undefined;
}

/** Where an image is. */
export interface ImagePlace {
  readonly cluster: string;
  readonly pool: string;
  readonly namespace: string;
  readonly image: string;
}

/** On an image that is being restored: what it is, so that one left over explains itself. */
export interface RestoringMark {
  readonly image: string;
  readonly snapshot: string;
  readonly becomes: string;
  readonly host: string;
  readonly since: string;
}

export const RESTORING = `${MARK_PREFIX}restoring`;

/**
 * The name under which a disk is restored until it is complete: never a guest's, never to be backed up. Not `restore-`,
 * which are the clones made for looking into backups.
 */
export function isRestoring(image: string): boolean {
  return /^restoring-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(image);
}

/** What happens while a disk is restored, in order. */
export type RestoreEvent =
  | Extract<
      RunEvent,
      { kind: "job-started" | "transfer-started" | "progress" | "transfer-ended" | "warning" | "renamed" }
    >
  | { readonly kind: "verifying"; readonly at: string; readonly job: string };

/** What a restore would do, or has done. */
export interface Restoration {
  readonly version: 1;
  readonly kind: "restoration";
  readonly outcome: "planned" | "restored";
  /** Short form of the disk, for people. */
  readonly reference: string;
  /** The backup image. */
  readonly image: string;
  readonly snapshot: string;
  /** ISO 8601 */
  readonly creation: string;
  readonly to: ImagePlace;
  /** Bytes provisioned. */
  readonly size: number;
  /** undefined: nothing is recorded, and the destination's defaults apply. */
  readonly shape?: ImageShape | undefined;
  /** Bytes moved; of a plan, as many as there are to move. */
  readonly bytes?: number | undefined;
  readonly milliseconds?: number | undefined;
  /** Of both sides, which agreed. */
  readonly digest?: string | undefined;
  readonly warnings: readonly string[];
  /** The guest at that moment, where the cluster knew one. */
  readonly guest?: GuestConfig | undefined;
  /** Which line of its configuration was this disk. */
  readonly line?: string | undefined;
  /** What to type next, a line each. */
  readonly next: readonly string[];
}
