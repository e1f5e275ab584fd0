import { guestMoment, imageListings, runReport } from "@backurne/reports/schemas";
import { z } from "zod";

/** The documents that only the API has; all others are those of `--json`. */
const version = z.literal(1);
const count = z.int().nonnegative();

export const images = z.strictObject({ version, kind: z.literal("images"), images: imageListings });

/** `open`: its file has no end. Another process is at it, or died; `touched`: its last sign of life. */
export const runSummary = z.strictObject({
  run: z.string(),
  host: z.string(),
  started: z.string(),
  ended: z.string().optional(),
  touched: z.string().optional(),
  state: z.enum(["running", "ended", "open"]),
  exit: z.int().optional(),
  totals: runReport.shape.totals.optional(),
});

/** The newest first; `trouble`: why there may be more that cannot be read. */
export const runs = z.strictObject({
  version,
  kind: z.literal("runs"),
  runs: z.array(runSummary),
  trouble: z.string().optional(),
});

const transfer = z.strictObject({
  label: z.string(),
  image: z.string(),
  mode: z.enum(["full", "incremental"]),
  names: z.array(z.string()).readonly(),
  bytes: z.number(),
  expected: z.number().optional(),
  rate: z.number().optional(),
  left: z.number().optional(),
});

/** Bytes are counts, `rate` is bytes a second, `left` is ms. */
export const progress = z.strictObject({
  jobs: z.strictObject({ ended: count, total: count }).readonly(),
  due: count,
  disks: count,
  bytes: z.number(),
  expected: z.number().optional(),
  rate: z.number().optional(),
  left: z.number().optional(),
  transfers: z.array(transfer.readonly()).readonly(),
  busy: count,
  waiting: count,
  held: count,
  failed: count,
});

export const run = z.strictObject({
  version,
  kind: z.literal("run"),
  ...runSummary.shape,
  progress: progress.optional(),
  report: runReport.readonly().optional(),
});
export type Run = z.infer<typeof run>;

const heldPoint = z.strictObject({ disk: z.string(), image: z.string(), snapshot: z.string() }).readonly();

/** Each disk once: a twin of its point is not held besides. `lacks`: disks of which there is nothing to hold. */
export const guestHold = z.strictObject({
  version,
  kind: z.literal("guest-hold"),
  at: z.string(),
  until: z.string().optional(),
  reason: z.string().optional(),
  disks: z.array(heldPoint).readonly(),
  lacks: guestMoment.shape.lacks,
});

/** `stay`: disks whose whole image is held. */
export const guestRelease = z.strictObject({
  version,
  kind: z.literal("guest-release"),
  at: z.string(),
  disks: z.array(heldPoint).readonly(),
  stay: z.array(z.strictObject({ disk: z.string(), image: z.string() }).readonly()).readonly(),
});

const kind = z.enum(["directory", "file", "link", "device", "fifo", "socket"]);

/**
 * `name` and `target` are for people: on one line, what is no text escaped. `path` leads there: percent-encoded byte by byte, as
 * it goes behind `?path=`. `volume`: a file system. `leads`: what a link leads to inside it, nothing where that is not there.
 */
const fileEntry = z.strictObject({
  name: z.string(),
  path: z.string(),
  kind: z.enum(["volume", ...kind.options]),
  size: z.number(),
  modified: z.string().optional(),
  target: z.string().optional(),
  leads: kind.optional(),
  label: z.string().optional(),
});

/** By the bytes of their names; `trail`: the directories down to it; `next` goes behind `&after=` for the next page. `total`: of all pages. */
export const files = z.strictObject({
  version,
  kind: z.literal("files"),
  mapping: z.string(),
  path: z.string(),
  trail: z.array(z.strictObject({ name: z.string(), path: z.string() })).readonly(),
  entries: z.array(fileEntry).readonly(),
  total: count,
  next: z.string().optional(),
});
