import type { Diagnosis, Finding, Mended } from "@backurne/model";
import { z } from "zod";

const fix = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("remove image"), image: z.string() }),
  z.strictObject({ kind: z.literal("give back lease"), resource: z.string() }),
  z.strictObject({ kind: z.literal("remove unfinished"), image: z.string(), to: z.string() }),
  z.strictObject({ kind: z.literal("unprotect"), image: z.string(), snapshot: z.string() }),
]);

const finding = z.strictObject({
  severity: z.enum(["info", "warning", "error"]),
  probe: z.string(),
  about: z.string(),
  what: z.string(),
  why: z.string(),
  how: z.string(),
  fix: fix.readonly().optional(),
}) satisfies z.ZodType<Finding>;

const mended = z.strictObject({
  fix: fix.readonly(),
  outcome: z.enum(["done", "left alone"]),
  because: z.string().optional(),
}) satisfies z.ZodType<Mended>;

/** `doctor --json`; with `--fix` also what became of it. */
export const diagnosis = z.strictObject({
  version: z.literal(1),
  kind: z.literal("diagnosis"),
  at: z.string(),
  host: z.string(),
  probes: z.array(z.string()).readonly(),
  findings: z.array(finding.readonly()).readonly(),
  mended: z.array(mended.readonly()).readonly().optional(),
}) satisfies z.ZodType<Diagnosis>;
