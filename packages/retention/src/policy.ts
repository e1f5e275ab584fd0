import type { Point, Profile } from "./profile.ts";
import type { SourceState, Verdict } from "./verdict.ts";

/** What the rules need to know about the snapshots of one backup image. Each function is asked once per snapshot. */
export interface BackupPolicy<S> {
  /** undefined: not ours, never touched. */
  point(snapshot: S): Point | undefined;
  /** Newer is larger, and no two are equal: the snapshot id, because names may come from a wrong clock. */
  order(snapshot: S): number;
  /** Whether the live side still has it, so that an incremental can start from it. */
  shared(snapshot: S): boolean;
  /** The interval of a profile in ms, for points that say none; undefined when nobody knows it any more. */
  intervals(profile: string): number | undefined;
  /** The profiles of today, by name. They only say what is an ordinary removal. */
  readonly configured: ReadonlyMap<string, Profile>;
  readonly state: SourceState;
  /** Epoch ms. */
  readonly now: number;
  /** ms that the last copy of a vanished source stays beyond its own time. */
  readonly extraRetention: number;
  /** IANA name, for dates in reasons. Default UTC. */
  readonly timezone?: string | undefined;
}

/** The verdict on a point before it has its snapshot. */
export type Sentence = Omit<Verdict<unknown>, "snapshot">;
