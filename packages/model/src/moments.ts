import type { Consistency, GuestConfig } from "./guests.ts";
import { MARK_PREFIX } from "./marks.ts";

/** What is kept with each point of a guest's disk. */
export interface Moment {
  /** Digest of the guest's configuration at that time. */
  readonly config?: string | undefined;
  readonly consistency?: Consistency | undefined;
}

/** Of one backup image: its points by the name of the snapshot, and each configuration once, by its digest. */
export interface Moments {
  readonly points: Readonly<Record<string, Moment>>;
  readonly configs: Readonly<Record<string, GuestConfig>>;
}

/** Key of the mark. It is read with one image and never copied into the catalog, which it would swell. */
export const MOMENTS = `${MARK_PREFIX}moments`;

export function formatMoments(moments: Moments): string {
  return JSON.stringify(moments);
}

/** Nothing is decided from it: what cannot be read is as good as nothing. */
export function parseMoments(metadata: Readonly<Record<string, string>>): Moments {
  try {
    const { points, configs } = JSON.parse(metadata[MOMENTS] ?? "{}") as Partial<Moments>;
    return { points: isRecord(points) ? points : {}, configs: isRecord(configs) ? configs : {} };
  } catch {
    return { points: {}, configs: {} };
  }
}

function isRecord<T>(value: Readonly<Record<string, T>> | undefined): value is Readonly<Record<string, T>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
