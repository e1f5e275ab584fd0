import type { Consistency, Plan, Refusal, Subject, Warning } from "@backurne/model";
import { z } from "zod";

export const sourceState = z.enum(["present", "unlistable", "vanished", "excluded", "switched off", "unconfigured"]);
export const side = z.enum(["live", "backup"]);
export const transferMode = z.enum(["full", "incremental"]);
/** A count of bytes or of things. */
export const amount = z.number().int().nonnegative();

export const subject = z.strictObject({
  cluster: z.string(),
  guest: z.string(),
  disk: z.string(),
  key: z.strictObject({ ident: z.string(), disk: z.string() }).readonly(),
  image: z.string(),
}) satisfies z.ZodType<Subject>;

export const consistency = z.union([
  z.strictObject({ kind: z.enum(["quiesced", "stopped"]) }).readonly(),
  z.strictObject({ kind: z.literal("crash-consistent"), skew: amount, because: z.string().optional() }).readonly(),
]) satisfies z.ZodType<Consistency>;

export const warning = z.strictObject({
  about: z.string(),
  message: z.string(),
}) satisfies z.ZodType<Warning>;

export const refusal = z.strictObject({
  scope: z.enum(["chain", "pool"]),
  subject: subject.readonly().optional(),
  because: z.string(),
  removals: amount,
}) satisfies z.ZodType<Refusal>;

const reasoned = { id: z.string(), because: z.string() };

export const step = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("snapshot"),
    ...reasoned,
    names: z.array(z.strictObject({ profile: z.string(), count: amount }).readonly()).readonly(),
    freeze: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal("transfer"),
    ...reasoned,
    mode: transferMode,
    base: z.string().optional(),
    bytes: amount.optional(),
    closes: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal("remove"),
    ...reasoned,
    side,
    image: z.string(),
    snapshot: z.string(),
    ordinary: z.boolean(),
  }),
  z.strictObject({ kind: z.literal("trash"), ...reasoned, image: z.string() }),
  z.strictObject({ kind: z.literal("rename"), ...reasoned, from: z.string(), to: z.string() }),
]);

export const job = z.strictObject({
  id: z.string(),
  subject: subject.readonly(),
  lock: z.string(),
  lane: z.string(),
  priority: z.enum(["high", "normal"]),
  steps: z.array(step.readonly()).readonly(),
});

export const skip = z.strictObject({
  subject: subject.readonly(),
  do: z.enum(["wait", "skip", "fade", "keep"]),
  because: z.string(),
  state: sourceState,
  next: z.number().optional(),
});

/** `plan --json`, and the first line of `backup --json`. */
export const plan = z.strictObject({
  version: z.literal(1),
  kind: z.literal("plan"),
  at: z.string(),
  jobs: z.array(job.readonly()).readonly(),
  skipped: z.array(skip.readonly()).readonly(),
  refused: z.array(refusal.readonly()).readonly(),
  held: z
    .array(z.strictObject({ subject: subject.readonly(), points: amount, because: z.string().optional() }).readonly())
    .readonly()
    .optional(),
  warnings: z.array(warning.readonly()).readonly(),
  failures: z.array(warning.readonly()).readonly(),
}) satisfies z.ZodType<Plan>;
