/** How often an image is backed up, and how long and how often its points are kept. */
export interface Profile {
  readonly name: string;
  /** ms; also the unit of `count`. */
  readonly interval: number;
  /** How many intervals a point is kept, and how many good points are kept at least. */
  readonly count: number;
  /** How many extra snapshots stay on the live side, beside the newest shared one. */
  readonly maxOnLive: number;
  /** Slots instead of ages, on the wall clock: ":15", "01:00", "Sun 02:00", "1 02:00", "Jan 1 02:00". */
  readonly at?: string | undefined;
}

/** One point in time of one profile, on one image. */
export interface Point {
  readonly profile: string;
  /** The count in the point's own name, unless another was `recounted`: it governs, whatever the configuration says today. */
  readonly count: number;
  /** ms, the unit of its count; not said: what the policy says of its profile. */
  readonly interval?: number | undefined;
  /** Epoch ms. For policy only: what is newer than what within an image is said by `order`. */
  readonly time: number;
  /** `count` is not the one in its name, or `interval` not the one it was made under, by an operator's word. */
  readonly recounted?: Recounted | undefined;
  /** Default true. A point that is not good (suspect, unfinished) never counts for anything. */
  readonly good?: boolean | undefined;
  /** Somebody asked for this point to stay; a string says until when or why. */
  readonly held?: boolean | string | undefined;
  /** Epoch ms when nothing holds it any more; undefined: nobody has said. Only forecasts ask: `held` is what counts. */
  readonly heldUntil?: number | undefined;
}

export interface Recounted {
  /** The count in its name. */
  readonly named: number;
  /** ms; the interval it was made under, where that is another. */
  readonly interval?: number | undefined;
  /** Epoch ms when the word was given. */
  readonly at: number;
}

export function isGood(point: Point): boolean {
  return point.good !== false;
}

export function isHeld({ held }: Point): boolean {
  return held !== undefined && held !== false;
}

/** Clocks of honest hosts differ by less. A point further ahead than this says nothing about now. */
const clockTolerance = 10 * 60_000;

export function isAhead(point: Point, now: number): boolean {
  return point.time > now + clockTolerance;
}
