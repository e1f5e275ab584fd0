import type { Restoration } from "@backurne/model";
import { z } from "zod";
import { guestConfig } from "./listing.ts";
import { amount } from "./plan.ts";

/** `restore --json`, also with `--dry-run`. */
export const restoration = z.strictObject({
  version: z.literal(1),
  kind: z.literal("restoration"),
  outcome: z.enum(["planned", "restored"]),
  reference: z.string(),
  image: z.string(),
  snapshot: z.string(),
  creation: z.string(),
  to: z.strictObject({ cluster: z.string(), pool: z.string(), namespace: z.string(), image: z.string() }).readonly(),
  size: amount,
  shape: z
    .strictObject({
      objectSize: amount,
      features: z.array(z.string()).readonly(),
      stripeUnit: amount.optional(),
      stripeCount: amount.optional(),
      dataPool: z.string().optional(),
    })
    .readonly()
    .optional(),
  bytes: amount.optional(),
  milliseconds: amount.optional(),
  digest: z.string().optional(),
  warnings: z.array(z.string()).readonly(),
  guest: guestConfig.optional(),
  line: z.string().optional(),
  next: z.array(z.string()).readonly(),
}) satisfies z.ZodType<Restoration>;
