import { PROFILE_NAME, type ProfilesAnswer } from "@backurne/model";
import { parseDuration } from "@backurne/retention";
import { z } from "zod";

const whole = (least: number) =>
  z.int().min(least, `expected a whole number, ${least} or more`).max(999_999_999, "expected a smaller number");

const profile = z.strictObject({
  count: whole(1).optional(),
  max_on_live: whole(0).optional(),
  priority: z.enum(["high", "normal"]).optional(),
  every: z
    .string()
    .refine((text) => parseDuration(text) !== undefined, 'expected a duration like "6h"')
    .optional(),
});

/** An answer as it comes over the wire. Strict: a word that is misspelt must not be taken for silence. */
const wire = z.strictObject({
  // Anything but false means nothing, and always has.
  backup: z.boolean().nullish(),
  profiles: z.record(z.string().regex(PROFILE_NAME), profile).optional(),
});

/** What it says, or what is wrong with it: fields are named, values are not repeated. */
export type ReadAnswer = { readonly answer: ProfilesAnswer } | { readonly wrong: string };

export function readAnswer(value: unknown): ReadAnswer {
  const { success, data, error } = wire.safeParse(value);
  if (!success) return { wrong: error.issues.slice(0, 3).map(describeIssue).join("; ") };
  const profiles = Object.entries(data.profiles ?? {}).map(([name, one]) => [name, readProfile(one)] as const);
  return {
    answer: {
      ...(data.backup === false && { backup: false }),
      ...(data.profiles && { profiles: Object.fromEntries(profiles) }),
    },
  };
}

function readProfile({ count, max_on_live: maxOnLive, priority, every }: z.infer<typeof profile>) {
  const interval = every === undefined ? undefined : parseDuration(every);
  return { count, maxOnLive, priority, interval };
}

function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return `${[...issue.path, issue.keys[0]].join(".")}: unknown key`;
  if (issue.code === "invalid_key") return `${issue.path.join(".")}: not a name for a profile`;
  return issue.path.length === 0 ? issue.message : `${issue.path.join(".")}: ${issue.message}`;
}
