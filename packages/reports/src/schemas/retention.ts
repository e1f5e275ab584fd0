import type { RetentionReport } from "@backurne/model";
import { z } from "zod";
import { amount } from "./plan.ts";

const warning = z.strictObject({ about: z.string(), message: z.string() }).readonly();

const profile = z.strictObject({
  profile: z.string(),
  points: amount,
  now: z.array(amount).readonly(),
  after: amount.optional(),
  intervals: z
    .strictObject({ now: z.array(amount).readonly(), after: amount })
    .readonly()
    .optional(),
  because: z.string().optional(),
  expires: amount,
});

const image = z.strictObject({
  reference: z.string(),
  image: z.string(),
  outcome: z.enum(["applied", "to apply", "unchanged", "left alone", "held", "failed"]),
  because: z.string().optional(),
  profiles: z.array(profile.readonly()).readonly(),
});

/** `retention apply --json`. */
export const retention = z.strictObject({
  version: z.literal(1),
  kind: z.literal("retention"),
  images: z.array(image.readonly()).readonly(),
  refused: z
    .strictObject({ because: z.array(z.string()).readonly(), removals: amount })
    .readonly()
    .optional(),
  warnings: z.array(warning).readonly(),
  failures: z.array(warning).readonly(),
}) satisfies z.ZodType<RetentionReport>;
