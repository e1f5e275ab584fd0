import type { Consistency, GuestConfig } from "./guests.ts";
import { byNewest, countFitting, packMark, unpackMark } from "./long-mark.ts";
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

/**
 * Hundreds of points, and a configuration for each time that somebody edited his notes, are more than a mark can hold. What does not
 * fit is left out, the oldest first: configurations before points.
 */
export function formatMoments({ points, configs }: Moments): string {
  const newest = byNewest(points);
  const digests = [...new Set(newest.flatMap(([, { config }]) => config ?? []))].filter((one) => configs[one]);
  const format = (some: typeof newest, count: number): string =>
    packMark({
      points: Object.fromEntries(some),
      configs: Object.fromEntries(digests.slice(0, count).map((one) => [one, configs[one]])),
    });
  const some = newest.slice(
    0,
    countFitting(newest.length, (count) => format(newest.slice(0, count), 0)),
  );
  return format(
    some,
    countFitting(digests.length, (count) => format(some, count)),
  );
}

/** Nothing is decided from it: what cannot be read is as good as nothing. */
export function parseMoments(metadata: Readonly<Record<string, string>>): Moments {
  try {
    const { points, configs } = unpackMark(metadata[MOMENTS] ?? "{}") as Partial<Moments>;
    return { points: isRecord(points) ? points : {}, configs: isRecord(configs) ? configs : {} };
  } catch {
    return { points: {}, configs: {} };
  }
}

function isRecord<T>(value: Readonly<Record<string, T>> | undefined): value is Readonly<Record<string, T>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
