import { BackurneError } from "@backurne/model";
import { z } from "zod";
import type { DatedSnapshot, ImageInfo, ImageWithSnapshots, LockState, Snapshot, Usage } from "./types.ts";

/** What rbd and rados print, typed at the edge; a surprise names the program and shows the text. */
export function parseJson<T>(schema: z.ZodType<T>, text: string, program: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new BackurneError("unexpected", `${program} printed something else than expected: ${text.slice(0, 200)}`, {
      hint: "this version of Ceph may not be one that was tried",
      cause,
    });
  }
}

// Without a snapshot field the row is the image itself. JSON.parse reads sizes up to 2^53 exactly.
const imageRow = z.object({ image: z.string(), id: z.string(), size: z.number(), snapshot: z.undefined().optional() });
const row = z.union([
  imageRow,
  imageRow.extend({ snapshot: z.string(), snapshot_id: z.number(), protected: z.string().optional() }),
]);

export function parseInventory(text: string): readonly ImageWithSnapshots[] {
  const images = new Map<string, { image: string; id: string; size: number; snapshots: Snapshot[] }>();
  for (const one of parseJson(z.array(row), text || "[]", "rbd ls -l")) {
    const { image: name, id, size } = one;
    const known = images.get(name) ?? { image: name, id, size, snapshots: [] };
    images.set(name, known);
    if (one.snapshot === undefined) known.size = size;
    else {
      const isProtected = one.protected === "true" && ({ protected: true } as const);
      known.snapshots.push({ id: one.snapshot_id, name: one.snapshot, size, ...isProtected });
    }
  }
  for (const { snapshots } of images.values()) snapshots.sort((a, b) => a.id - b.id);
  return [...images.values()];
}

export function parseNames(text: string): readonly string[] {
  return parseJson(z.array(z.string()), text || "[]", "rbd ls");
}

const snapshotRow = z.object({
  id: z.number(),
  name: z.string(),
  size: z.number(),
  protected: z.string().optional(),
  timestamp: z.string(),
});

export function parseSnapshots(text: string): readonly DatedSnapshot[] {
  return parseJson(z.array(snapshotRow), text || "[]", "rbd snap ls")
    .map(({ id, name, size, timestamp, protected: kept }) => ({
      id,
      name,
      size,
      ...(kept === "true" && ({ protected: true } as const)),
      created: parseTimestamp(timestamp),
    }))
    .sort((a, b) => a.id - b.id);
}

const child = z.object({ pool: z.string(), pool_namespace: z.string().default(""), image: z.string() });

export function parseChildren(text: string): readonly string[] {
  return parseJson(z.array(child), text.trim() || "[]", "rbd children").map(({ pool, pool_namespace, image }) =>
    [pool, pool_namespace, image].filter(Boolean).join("/"),
  );
}

const CTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/;

/** rbd prints ctime() in the zone of its process; every rbd of ours runs with TZ=UTC. */
export function parseTimestamp(text: string): number {
  const time = CTIME.test(text) ? Date.parse(`${text} UTC`) : Number.NaN; // Date.parse alone takes nearly anything
  if (Number.isNaN(time)) throw new BackurneError("unexpected", `rbd printed a time that cannot be read: ${text}`);
  return time;
}

const info = z.object({
  id: z.string(),
  size: z.number(),
  object_size: z.number(),
  features: z.array(z.string()),
  flags: z.array(z.string()),
  stripe_unit: z.number().optional(),
  stripe_count: z.number().optional(),
  data_pool: z.string().optional(),
  parent: z.object({ image: z.string(), snapshot: z.string() }).optional(),
});

export function parseInfo(text: string): ImageInfo {
  const read = parseJson(info, text, "rbd info");
  return {
    id: read.id,
    size: read.size,
    objectSize: read.object_size,
    features: read.features,
    flags: read.flags,
    stripeUnit: read.stripe_unit,
    stripeCount: read.stripe_count,
    dataPool: read.data_pool,
    parent: read.parent,
  };
}

export function parseWatchers(text: string): boolean {
  return parseJson(z.object({ watchers: z.array(z.unknown()) }), text, "rbd status").watchers.length > 0;
}

export function parseMetadata(text: string): Readonly<Record<string, string>> {
  return parseJson(z.record(z.string(), z.string()), text.trim() || "{}", "rbd image-meta list");
}

export function parseExtents(text: string): number {
  const extents = parseJson(z.array(z.object({ length: z.number(), exists: z.string() })), text || "[]", "rbd diff");
  return extents.reduce((sum, extent) => sum + (extent.exists === "true" ? extent.length : 0), 0);
}

const usage = z.object({
  images: z.array(
    z.object({
      name: z.string(),
      snapshot: z.string().optional(),
      provisioned_size: z.number(),
      used_size: z.number(),
    }),
  ),
});

export function parseUsage(text: string): readonly Usage[] {
  return parseJson(usage, text, "rbd du").images.map((image) => ({
    image: image.name,
    snapshot: image.snapshot,
    size: image.provisioned_size,
    used: image.used_size,
  }));
}

const lock = z.object({
  tag: z.string(),
  lockers: z.array(z.object({ name: z.string(), cookie: z.string(), description: z.string(), expiration: z.string() })),
});

export function parseLock(text: string): LockState {
  const read = parseJson(lock, text, "rados lock info");
  return {
    tag: read.tag,
    lockers: read.lockers.map(({ expiration, ...locker }) => ({
      ...locker,
      expires: parseExpiration(expiration),
    })),
  };
}

/** A lock that was taken without a duration says `0.000000`. */
function parseExpiration(text: string): number {
  if (Number(text) === 0) return Infinity;
  return Date.parse(text.replace(/(\.\d{3})\d*/, "$1").replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
}
