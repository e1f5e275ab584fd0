import type { Marks } from "./marks.ts";

/** Somebody asked for a point, or for a whole chain, to stay. */
export interface Hold {
  /** ISO 8601; undefined: without end. */
  readonly until?: string | undefined;
  readonly reason?: string | undefined;
  /** ISO 8601. */
  readonly since?: string | undefined;
  /** Host where it was asked for. */
  readonly by?: string | undefined;
}

/** A run moved far more than this image ever does: nothing of it expires until somebody has looked. */
export interface Alarm {
  /** ISO 8601. */
  readonly at: string;
  readonly bytes: number;
  /** What was to be expected at most, bytes. */
  readonly usual: number;
}

/** What one incremental moved. */
export interface Moved {
  /** ISO 8601. */
  readonly at: string;
  /** Of the stream, after decompression. */
  readonly bytes: number;
  /** What came over the wire for it, as zstd said (three digits); undefined: it was not compressed, or nobody knows. */
  readonly wire?: number | undefined;
  /** The name that came with it. */
  readonly snapshot?: string | undefined;
}

/** A step of which nobody could say how much changed with it, so that no alarm was raised by it. */
export interface Unmeasured {
  /** ISO 8601. */
  readonly at: string;
  readonly snapshot: string;
  /** What it started from: what differs can still be asked. undefined: it was a full, which says nothing of that. */
  readonly base?: string | undefined;
}

/** Bytes of streams, and what came over the wire for them. */
export interface Packed {
  readonly bytes: number;
  readonly wire: number;
}

/** What compression saved lately; undefined: nothing was compressed, or nobody knows. */
export function sumPacked(volume: readonly Moved[]): Packed | undefined {
  const known = volume.filter((moved): moved is Moved & { readonly wire: number } => moved.wire !== undefined);
  if (known.length === 0) return undefined;
  return known.reduce((sum, { bytes, wire }) => ({ bytes: sum.bytes + bytes, wire: sum.wire + wire }), {
    bytes: 0,
    wire: 0,
  });
}

/** Whatever stands in such a mark holds; what is not understood holds without end. */
export function readHold(value: unknown): Hold {
  if (typeof value === "string") return { reason: value };
  if (typeof value !== "object" || value === null) return {};
  const { until, reason, since, by } = value as Record<string, unknown>;
  return {
    ...(typeof until === "string" && { until }),
    ...(typeof reason === "string" && { reason }),
    ...(typeof since === "string" && { since }),
    ...(typeof by === "string" && { by }),
  };
}

/** The hold on one point alone; undefined: none, or it is over. */
export function holdOfPoint(snapshot: string, { holds }: Marks, now: number): Hold | undefined {
  return holds && Object.hasOwn(holds, snapshot) ? standing(readHold(holds[snapshot]), now) : undefined;
}

/** The hold on the whole chain, points to come included. */
export function holdOfChain({ hold }: Marks, now: number): Hold | undefined {
  return hold === undefined ? undefined : standing(readHold(hold), now);
}

function standing(hold: Hold, now: number): Hold | undefined {
  // Asked this way round, so that a time that cannot be read holds.
  return hold.until !== undefined && Date.parse(hold.until) <= now ? undefined : hold;
}

/** `hold`: what is held from now on. */
export interface HoldReport {
  readonly version: 1;
  readonly kind: "hold";
  readonly reference: string;
  readonly image: string;
  /** undefined: the whole image, points to come included. */
  readonly snapshot?: string | undefined;
  readonly hold: Hold;
  /** How many points that stand now are held by it. */
  readonly points: number;
}

export type Released = { readonly what: "image" | "alarm" } | { readonly what: "point"; readonly snapshot: string };

/** `release`: what nothing holds any more. */
export interface ReleaseReport {
  readonly version: 1;
  readonly kind: "release";
  readonly reference: string;
  readonly image: string;
  readonly released: readonly Released[];
  /** Snapshots that are still held, each by a hold of its own. */
  readonly stay: readonly string[];
  /** Other generations of the disk that are held as a whole: each is released by its own name. */
  readonly generations: readonly string[];
}
