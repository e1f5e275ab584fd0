import type { Alarm, Hold, HoldReport, ReleaseReport } from "@backurne/model";
import { z } from "zod";
import { amount } from "./plan.ts";

export const hold = z
  .strictObject({
    until: z.string().optional(),
    reason: z.string().optional(),
    since: z.string().optional(),
    by: z.string().optional(),
  })
  .readonly() satisfies z.ZodType<Hold>;

export const alarm = z
  .strictObject({ at: z.string(), bytes: amount, usual: amount })
  .readonly() satisfies z.ZodType<Alarm>;

const about = { version: z.literal(1), reference: z.string(), image: z.string() };

/** `hold IMAGE [SNAPSHOT] --json`. */
export const holdReport = z.strictObject({
  ...about,
  kind: z.literal("hold"),
  snapshot: z.string().optional(),
  hold,
  points: amount,
}) satisfies z.ZodType<HoldReport>;

const released = z.discriminatedUnion("what", [
  z.strictObject({ what: z.enum(["image", "alarm"]) }).readonly(),
  z.strictObject({ what: z.literal("point"), snapshot: z.string() }).readonly(),
]);

/** `release IMAGE [SNAPSHOT] --json`. */
export const releaseReport = z.strictObject({
  ...about,
  kind: z.literal("release"),
  released: z.array(released).readonly(),
  stay: z.array(z.string()).readonly(),
  generations: z.array(z.string()).readonly(),
}) satisfies z.ZodType<ReleaseReport>;
