import type { Extent, Proof, VerificationReport } from "@backurne/model";
import { z } from "zod";
import { amount } from "./plan.ts";

export const extent = z.union([
  z.enum(["sent", "full"]),
  z.templateLiteral([z.number(), "/", z.number()]),
]) satisfies z.ZodType<Extent>;

export const proof = z.strictObject({ how: extent, at: z.string() }) satisfies z.ZodType<Proof>;

const image = z.strictObject({
  reference: z.string(),
  image: z.string(),
  outcome: z.enum(["same", "different", "not shared", "not verifiable", "held", "failed", "interrupted"]),
  snapshot: z.string().optional(),
  how: extent.optional(),
  bytes: amount,
  milliseconds: z.number().nonnegative(),
  ranges: z.array(z.strictObject({ offset: amount, length: amount }).readonly()).readonly(),
  because: z.string().optional(),
});

/** `verify --json` and `check-snap --json`. */
export const verification = z.strictObject({
  version: z.literal(1),
  kind: z.literal("verification"),
  started: z.string(),
  ended: z.string(),
  exit: z.number().int(),
  images: z.array(image.readonly()).readonly(),
  failures: z.array(z.strictObject({ about: z.string(), message: z.string() }).readonly()).readonly(),
}) satisfies z.ZodType<VerificationReport>;
