import { deflateRawSync, inflateRawSync } from "node:zlib";

/** Bytes: a mark's value goes to rbd as an argument, of which Linux takes none above 128 KiB. Beyond `PLAIN` it is packed. */
const [PLAIN, MOST] = [32 * 1024, 96 * 1024];
/** More than we ever pack is not ours. */
const UNPACKED = 64 * 1024 * 1024;

/** JSON, for people to read as long as it is short. */
export function packMark(value: object): string {
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) <= PLAIN) return text;
  return JSON.stringify({ deflated: deflateRawSync(text).toString("base64") });
}

/** @throws where it is not what `packMark` made. */
export function unpackMark(text: string): unknown {
  const value = JSON.parse(text) as { readonly deflated?: string } | null;
  if (value?.deflated === undefined) return value;
  const bytes = inflateRawSync(Buffer.from(value.deflated, "base64"), { maxOutputLength: UNPACKED });
  return JSON.parse(bytes.toString());
}

/** How many fit into a mark, of `most` that are in the order of their worth. */
export function countFitting(most: number, format: (count: number) => string): number {
  let [fits, tooMany] = [0, most + 1];
  while (tooMany - fits > 1) {
    // All of them first: nearly always they fit.
    const count = tooMany > most ? most : (fits + tooMany) >>> 1;
    if (Buffer.byteLength(format(count)) <= MOST) fits = count;
    else tooMany = count;
  }
  return fits;
}

/** The newest first, of what stands by the names of snapshots. */
export function byNewest<T>(points: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
  return Object.entries(points).toSorted(([a], [b]) => (timeIn(a) < timeIn(b) ? 1 : -1));
}

function timeIn(snapshot: string): string {
  return snapshot.slice(snapshot.lastIndexOf(";") + 1);
}
