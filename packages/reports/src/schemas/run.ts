import type { Failure, RunEvent, RunReport } from "@backurne/model";
import { z } from "zod";
import { extent } from "./verification.ts";
import { amount, consistency, plan, refusal, side, subject, transferMode, warning } from "./plan.ts";

export const outcome = z.enum(["done", "held", "failed", "refused", "interrupted", "nothing left to do"]);

export const failure = z.strictObject({
  message: z.string(),
  code: z.string(),
  hint: z.string().optional(),
  detail: z.string().optional(),
}) satisfies z.ZodType<Failure>;

const at = z.string();
const names = z.array(z.string()).readonly();
const milliseconds = z.number().nonnegative();
const base = z.string().optional();
const hook = { hook: z.string(), about: z.string(), output: z.string(), failure: z.string().optional() };
const ofJob = { at, job: z.string() };

/** A line of `backup --json` and of a run file. */
export const runEvent = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("run-started"),
    at,
    run: z.string(),
    host: z.string(),
    version: z.string(),
  }),
  plan,
  z.strictObject({ kind: z.literal("job-started"), ...ofJob, subject: subject.readonly() }),
  z.strictObject({
    kind: z.literal("snapshot-made"),
    ...ofJob,
    snapshot: z.string(),
    image: z.string(),
    consistency,
  }),
  z.strictObject({ kind: z.literal("hook-ended"), at, ...hook }),
  z.strictObject({
    kind: z.literal("transfer-started"),
    ...ofJob,
    mode: transferMode,
    snapshot: z.string(),
    names,
    base,
    bytes: amount.optional(),
  }),
  z.strictObject({ kind: z.literal("progress"), ...ofJob, bytes: amount }),
  z.strictObject({
    kind: z.literal("transfer-ended"),
    ...ofJob,
    mode: transferMode,
    snapshot: z.string(),
    names,
    bytes: amount,
    wire: amount.optional(),
    milliseconds,
  }),
  z.strictObject({
    kind: z.literal("verified"),
    ...ofJob,
    image: z.string(),
    snapshot: z.string(),
    how: extent,
    bytes: amount,
    milliseconds,
  }),
  z.strictObject({
    kind: z.literal("removed"),
    ...ofJob,
    side,
    image: z.string(),
    snapshot: z.string(),
    because: z.string(),
  }),
  z.strictObject({
    kind: z.literal("trashed"),
    ...ofJob,
    image: z.string(),
    because: z.string(),
  }),
  z.strictObject({ kind: z.literal("purged"), at, image: z.string(), id: z.string() }),
  z.strictObject({ kind: z.literal("renamed"), ...ofJob, from: z.string(), to: z.string() }),
  z.strictObject({
    kind: z.literal("job-ended"),
    ...ofJob,
    subject: subject.readonly(),
    outcome,
    failure: failure.readonly().optional(),
    because: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal("warning"), at, ...warning.shape }),
  z.strictObject({ kind: z.literal("refused"), at, ...refusal.shape }),
  z.strictObject({
    kind: z.literal("failed"),
    at,
    about: z.string(),
    failure: failure.readonly(),
  }),
  z.strictObject({ kind: z.literal("interrupted"), at, because: z.string() }),
  z.strictObject({ kind: z.literal("run-ended"), at }),
]) satisfies z.ZodType<RunEvent>;

const jobReport = z.strictObject({
  subject: subject.readonly(),
  outcome,
  mode: transferMode.optional(),
  base,
  names,
  consistency: consistency.optional(),
  bytes: amount,
  wire: amount.optional(),
  milliseconds,
  verified: extent.optional(),
  failure: failure.readonly().optional(),
  because: z.string().optional(),
});

/** The last line of `backup --json`. */
export const runReport = z.strictObject({
  version: z.literal(1),
  kind: z.literal("report"),
  run: z.string(),
  host: z.string(),
  started: z.string(),
  ended: z.string(),
  exit: z.number().int(),
  totals: z
    .strictObject({
      planned: amount,
      done: amount,
      full: amount,
      incremental: amount,
      held: amount,
      failed: amount,
      bytes: amount,
      removedLive: amount,
      removedBackup: amount,
      trashed: amount,
    })
    .readonly(),
  jobs: z.array(jobReport.readonly()).readonly(),
  refused: z.array(refusal.readonly()).readonly(),
  warnings: z.array(warning.readonly()).readonly(),
  failures: z.array(z.strictObject({ about: z.string(), failure: failure.readonly() }).readonly()).readonly(),
  hooks: z.array(z.strictObject(hook).readonly()).readonly(),
}) satisfies z.ZodType<RunReport>;
