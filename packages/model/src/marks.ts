import type { Alarm, Moved, Unmeasured } from "./holds.ts";
import type { ImageShape } from "./restore.ts";
import { anything, count, isRecord, list, optional, record, shape, text, whole, type Check } from "./shape.ts";
import type { VerifiedMark } from "./verification.ts";

/** Where the bytes of a chain come from. A disk deleted and made anew under its old name is another source. */
export interface SourceIdentity {
  readonly fsid: string;
  readonly pool: string;
  readonly namespace: string;
  readonly image: string;
  /** rbd's own id of the image, not its name. */
  readonly id: string;
}

/** One for each image that there is, whatever it is called and whichever way leads to it. */
export function sourceKey({ fsid, pool, namespace, id }: SourceIdentity): string {
  return JSON.stringify([fsid, pool, namespace, id]);
}

/**
 * Whose bytes these are, and what that image is like. Written within `backurne.base`, as both are to say before the first
 * byte; earlier versions wrote `backurne.source`.
 */
export interface SourceMark extends SourceIdentity {
  readonly shape?: ShapeMark | undefined;
}

/** One live snapshot whose content stands, or is about to stand, on the backup image under the same name. */
export interface SharedSnapshot {
  readonly name: string;
  /** rbd's own id of the live snapshot; undefined where the old tool made it and no id was recorded. */
  readonly id?: number | undefined;
  /** Names made on the backup side from the same content. */
  readonly twins?: readonly string[] | undefined;
}

/**
 * `backurne.base`, written before the first byte of a transfer: the newest entry is what is being received.
 * Only the commit gate creates a snapshot of that name on the backup image, so an entry whose name stands
 * there is good, and one whose name does not is a transfer that never ended.
 */
export interface BaseMark {
  readonly name: string;
  readonly id?: number | undefined;
  /** Newest first; the first one is `name`. */
  readonly shared: readonly SharedSnapshot[];
  /** On a `partial-…` image: the name it gets when it is complete. */
  readonly becomes?: string | undefined;
  /** What the incrementals before it moved, oldest first. Not in the catalog, which it would swell. */
  readonly volume?: readonly Moved[] | undefined;
}

/** Whose disk it is, where the cluster knows guests: its ident says nothing about the cluster. */
export interface GuestMark {
  /** The configured name of its cluster. */
  readonly cluster: string;
  readonly vmid: number;
  readonly kind: "qemu" | "lxc";
}

/** What the source image is like, as far as its stream does not say it: a restored disk is made like it. */
export interface ShapeMark extends ImageShape {
  /** When it was asked. */
  readonly size: number;
}

/** An operator's word on the points of one profile that stood when it was given: not the count in their names governs them. */
export interface CountMark {
  readonly count: number;
  /** ms; only where some of them were made under another interval. */
  readonly interval?: number | undefined;
  /** The newest of them, by its snapshot id: what comes later keeps what its name says. */
  readonly upTo: number;
  /** ISO 8601. What was past that count by then goes by this word, not by the day. */
  readonly at: string;
}

/** ms, for all points of a profile; or, while some stand that were made under others, those too. */
export type IntervalMark =
  | number
  | {
      readonly interval: number;
      /** Oldest first; each up to a snapshot id. */
      readonly before: readonly { readonly interval: number; readonly upTo: number }[];
    };

/** First seen missing, how often since, and in which cluster: a source is gone only when this has lasted. */
export interface GoneMark {
  readonly since: string;
  readonly last: string;
  readonly runs: number;
  readonly fsid: string;
}

/** Written right before an image goes into the trash: only what says so of itself is ours to bring back, or to empty. */
export interface TrashMark {
  /** ISO 8601. */
  readonly at: string;
  readonly because: string;
  /** The resource of its lease. */
  readonly of: string;
  /** Its short name. */
  readonly reference: string;
}

/** What an image in the backup pool says about itself (image-meta, JSON). These are the truth. */
export interface Marks {
  readonly v?: number | undefined;
  readonly source?: SourceMark | undefined;
  readonly base?: BaseMark | undefined;
  readonly guest?: GuestMark | undefined;
  readonly encoded?: boolean | undefined;
  /** Its base was accepted from the old tool by names; no byte of it has been compared yet. */
  readonly unproved?: { readonly since: string } | undefined;
  /** What has been compared with the source. */
  readonly verified?: VerifiedMark | undefined;
  /** A difference was found (`SuspectMark`): no transfer goes on from here. */
  readonly suspect?: unknown;
  readonly gone?: GoneMark | undefined;
  /** Of named profiles, so that points outlive the profile's place in the configuration, and a change of it. */
  readonly intervals?: Readonly<Record<string, IntervalMark>> | undefined;
  /** By profile, where configured counts were re-applied to the points that stood. */
  readonly counts?: Readonly<Record<string, CountMark>> | undefined;
  /** Snapshots that no policy may expire. */
  readonly holds?: Readonly<Record<string, unknown>> | undefined;
  /** The same for the whole chain. */
  readonly hold?: unknown;
  readonly alarm?: Alarm | undefined;
  /** Until it is measured after all; of a full, until the next step is. */
  readonly unmeasured?: Unmeasured | undefined;
  readonly trashed?: TrashMark | undefined;
  /** A mark of ours says nothing we understand: which, and what it says. Nothing may be decided from the others. */
  readonly unreadable?: string | undefined;
}

export const MARK_PREFIX = "backurne.";
const HOLD = "hold.";

const moved = shape({ at: text, bytes: count, wire: optional(count), snapshot: optional(text) });
const imageShape = shape({
  size: count,
  objectSize: count,
  features: list(text),
  stripeUnit: optional(count),
  stripeCount: optional(count),
  dataPool: optional(text),
});
const source = shape({ fsid: text, pool: text, namespace: text, image: text, id: text, shape: optional(imageShape) });
const changed = shape({ interval: count, before: list(shape({ interval: count, upTo: whole })) });
const recounted = shape({ count: whole, interval: optional(count), upTo: whole, at: text });
const shared = shape({ name: text, id: optional(count), twins: optional(list(text)) });
const SHAPES = {
  v: count,
  source,
  base: shape({
    source: optional(source),
    name: text,
    id: optional(count),
    shared: list(shared),
    becomes: optional(text),
    volume: optional(list(moved)),
  }),
  guest: shape({ cluster: text, vmid: count, kind: text }),
  encoded: (value) => typeof value === "boolean",
  unproved: shape({ since: text }),
  verified: shape({
    last: shape({ snapshot: text, how: text, at: text }),
    begun: optional(text),
    whole: optional(text),
    round: optional(shape({ of: count, began: optional(text), ended: text })),
    turn: optional(shape({ of: count, next: count, began: text })),
  }),
  suspect: anything,
  gone: shape({ since: text, last: text, runs: count, fsid: text }),
  intervals: record((one) => count(one) || changed(one)),
  counts: record(recounted),
  hold: anything,
  alarm: shape({ at: text, bytes: count, usual: count }),
  unmeasured: shape({ at: text, snapshot: text, base: optional(text) }),
  trashed: shape({ at: text, because: text, of: text, reference: text }),
} as const satisfies Readonly<Record<string, Check>>;
export type MarkKey = keyof typeof SHAPES;

/** From image-meta. Keys that are not ours are left alone; what is ours and cannot be understood is named in `unreadable`. */
export function parseMarks(metadata: Readonly<Record<string, string>>): Marks {
  const marks: Record<string, unknown> = {};
  const holds: [string, unknown][] = [];
  const unreadable: string[] = [];
  for (const [key, value] of Object.entries(metadata)) {
    if (!key.startsWith(MARK_PREFIX)) continue;
    const name = key.slice(MARK_PREFIX.length);
    const held = name.startsWith(HOLD);
    if (!held && !Object.hasOwn(SHAPES, name)) continue;
    const check = held ? anything : SHAPES[name as MarkKey];
    const parsed = parseValue(value);
    if (parsed === undefined || !check(parsed)) unreadable.push(`${key} is ${value.slice(0, 80)}`);
    else if (held) holds.push([name.slice(HOLD.length), parsed]);
    else marks[name] = parsed;
  }
  return {
    ...withSource(marks),
    // A snapshot may be called `__proto__`.
    ...(holds.length > 0 ? { holds: Object.fromEntries(holds) } : {}),
    ...(unreadable.length > 0 ? { unreadable: unreadable.join(", ") } : {}),
  };
}

/** What the base says of its source is newer than a mark of its own. */
function withSource(marks: Marks): Marks {
  const { source: given, ...base } = (marks.base ?? {}) as BaseMark & { readonly source?: SourceMark };
  return given === undefined ? marks : { ...marks, base, source: given };
}

/** `backurne.base` as it is written. */
export function formatBase(base: BaseMark, of: SourceMark): string {
  return JSON.stringify({ ...base, source: of });
}

/** One mark that was read alone; undefined: it says nothing that we would have written. */
export function readTrashMark(value: string | undefined): TrashMark | undefined {
  const parsed = value === undefined ? undefined : parseValue(value);
  return SHAPES.trashed(parsed) ? (parsed as TrashMark) : undefined;
}

/** Whether marks that were read from anywhere else are what they should be. */
export function areMarks(value: unknown): value is Marks {
  if (!isRecord(value) || value.unreadable !== undefined) return false;
  return Object.entries(SHAPES).every(([key, check]) => optional(check)(value[key]));
}

/** undefined: no JSON. */
function parseValue(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

export function markKey(key: MarkKey): string {
  return MARK_PREFIX + key;
}

/** Key of the hold on one snapshot. */
export function holdKey(snapshot: string): string {
  return MARK_PREFIX + HOLD + snapshot;
}

export function hasMarks(marks: Marks | undefined): boolean {
  return marks !== undefined && Object.keys(marks).length > 0;
}
