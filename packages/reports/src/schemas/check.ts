import type { CheckProblem, Precheck } from "@backurne/model";
import { z } from "zod";
import type { CheckStatus } from "../check-status.ts";
import { amount } from "./plan.ts";

const problem = z.strictObject({
  kind: z.enum([
    "late",
    "missing",
    "suspect",
    "alarm",
    "unmeasured",
    "unverified",
    "unshared",
    "leftover",
    "refused",
    "lease",
    "frozen",
    "identity",
    "unreadable",
    "unlisted",
    "blind",
    "unowned",
    "unconfigured",
    "unprofiled",
    "clock",
    "ending",
  ]),
  severity: z.enum(["info", "warning", "critical"]),
  about: z.string(),
  image: z.string().optional(),
  message: z.string(),
  last: z.string().optional(),
}) satisfies z.ZodType<CheckProblem>;

const problems = z.array(problem.readonly()).readonly();

/** `precheck --json`, and `check.json` in the state directory. */
export const precheck = z.strictObject({
  version: z.literal(1),
  kind: z.literal("precheck"),
  at: z.string(),
  host: z.string(),
  maxAge: z.number().positive(),
  disks: amount,
  oldest: z.string().optional(),
  problems,
}) satisfies z.ZodType<Precheck>;

/** `check --json`. */
export const check = z.strictObject({
  version: z.literal(1),
  kind: z.literal("check"),
  state: z.enum(["ok", "warning", "critical", "unknown"]),
  exit: z.number().int(),
  summary: z.string(),
  metrics: z.record(z.string(), z.number()).readonly(),
  problems,
  precheck: precheck.omit({ problems: true }).readonly().optional(),
}) satisfies z.ZodType<CheckStatus>;
