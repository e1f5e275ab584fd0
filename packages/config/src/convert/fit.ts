import type { z } from "zod";
import { describeIssue, problemsOf } from "../issues.ts";
import { readSource } from "../source.ts";

/** Why a value cannot stand under a key, or undefined when it can. */
export function misfit(schema: z.ZodType, value: unknown): string | undefined {
  const read = schema.safeParse(value, { error: describeIssue });
  if (read.success) return undefined;
  const nowhere = readSource("", "");
  return problemsOf(read.error.issues, nowhere)
    .map(({ path, message }) => (path === "" ? message : `${path}: ${message}`))
    .join("; ");
}
