import type {
  Explanation,
  GuestDisk,
  GuestMoment,
  ImageInspection,
  ImageListing,
  ImageUsage,
  PointListing,
} from "@backurne/model";
import { z } from "zod";
import { alarm, hold } from "./hold.ts";
import { amount, consistency, side, sourceState } from "./plan.ts";
import { proof } from "./verification.ts";

const imageListing = z.strictObject({
  ident: z.string(),
  disk: z.string(),
  uuid: z.string(),
  cluster: z.string(),
  guest: z.string(),
  reference: z.string(),
  kind: z.enum(["current", "closed", "partial"]),
  size: amount,
  snapshots: amount,
  lastGood: z.string().optional(),
  newest: z.record(z.string(), z.string()).readonly().optional(),
  state: sourceState,
  stateSince: z.string().optional(),
  late: z.array(z.string()).readonly(),
  unproved: z.boolean(),
  verified: proof.readonly().optional(),
  verifiedWhole: z.string().optional(),
  suspect: z.string().optional(),
  because: z.string().optional(),
  held: amount,
  hold: hold.optional(),
  alarm: alarm.optional(),
}) satisfies z.ZodType<ImageListing>;

/** A disk of a guest: in the words of `ls`, and the image by name where there is one. */
export const guestDisk = imageListing
  .pick({
    disk: true,
    reference: true,
    size: true,
    snapshots: true,
    lastGood: true,
    newest: true,
    state: true,
    because: true,
    late: true,
  })
  .extend({ image: z.string().optional() }) satisfies z.ZodType<GuestDisk>;

/** `ls --json`: a bare array, as the old tool printed. */
export const imageListings = z.array(imageListing.readonly()).readonly();

export const guestConfig = z
  .strictObject({
    kind: z.enum(["qemu", "lxc"]),
    vmid: z.number().int(),
    name: z.string(),
    node: z.string(),
    digest: z.string(),
    config: z.record(z.string(), z.union([z.string(), z.number()])).readonly(),
  })
  .readonly();

const pointListing = z.strictObject({
  creation: z.string(),
  uuid: z.string(),
  profile: z.string(),
  count: amount,
  id: z.number().int(),
  size: amount,
  live: z.enum(["base", "live", "-"]),
  verified: proof.readonly().optional(),
  moved: z.strictObject({ bytes: amount, wire: amount.optional() }).readonly().optional(),
  consistency: consistency.optional(),
  config: guestConfig.optional(),
  hold: hold.optional(),
}) satisfies z.ZodType<PointListing>;

/** `ls IMAGE --json`: a bare array, oldest first. */
export const pointListings = z.array(pointListing.readonly()).readonly();

const imageUsage = z.strictObject({
  uuid: z.string(),
  reference: z.string(),
  size: amount,
  used: amount,
  snapshots: amount,
}) satisfies z.ZodType<ImageUsage>;

/** `stats --json`, smallest first. */
export const stats = z.strictObject({
  version: z.literal(1),
  kind: z.literal("stats"),
  images: z.array(imageUsage.readonly()).readonly(),
  total: z.strictObject({ images: amount, size: amount, used: amount, snapshots: amount }).readonly(),
});
export type Stats = z.infer<typeof stats>;

const verdict = z.enum(["keep", "remove", "ignore"]);

/** `explain IMAGE --json`. */
export const explanation = z.strictObject({
  version: z.literal(1),
  kind: z.literal("explanation"),
  reference: z.string(),
  image: z.string(),
  state: sourceState,
  policy: z.array(z.strictObject({ profile: z.string(), count: amount, maxOnLive: amount }).readonly()).readonly(),
  from: z.string(),
  next: z.array(z.strictObject({ profile: z.string(), at: z.string(), because: z.string() }).readonly()).readonly(),
  snapshots: z
    .array(
      z
        .strictObject({
          side,
          name: z.string(),
          time: z.string().optional(),
          profile: z.string().optional(),
          verdict,
          because: z.string(),
          expires: z.string().optional(),
          expiresBecause: z.string().optional(),
        })
        .readonly(),
    )
    .readonly(),
  refused: z.array(z.string()).readonly(),
  suspect: z.string().optional(),
  hold: hold.optional(),
  alarm: alarm.optional(),
  changed: z
    .strictObject({
      runs: amount,
      last: amount,
      usual: amount.optional(),
      packed: z.strictObject({ bytes: amount, wire: amount }).readonly().optional(),
    })
    .readonly()
    .optional(),
  lastCopyUntil: z.string().optional(),
}) satisfies z.ZodType<Explanation>;

/** One image of the API: listing, points and verdicts from one look. */
export const imageInspection = z.strictObject({
  version: z.literal(1),
  kind: z.literal("image"),
  image: imageListing.readonly(),
  points: pointListings,
  explanation: explanation.readonly(),
}) satisfies z.ZodType<ImageInspection>;

const guestPoint = pointListing
  .pick({ profile: true, live: true, verified: true, consistency: true, hold: true })
  .extend({
    disk: z.string(),
    image: z.string(),
    snapshot: z.string(),
    verdict,
    because: z.string(),
    expires: z.string().optional(),
    expiresBecause: z.string().optional(),
  });

/** One moment of a guest, of the API: what each of its disks has of it. */
export const guestMoment = z.strictObject({
  at: z.string(),
  points: z.array(guestPoint.readonly()).readonly(),
  lacks: z.array(z.strictObject({ disk: z.string(), because: z.string() }).readonly()).readonly(),
}) satisfies z.ZodType<GuestMoment>;
