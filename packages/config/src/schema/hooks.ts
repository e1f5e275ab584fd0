import { parseDuration } from "@backurne/retention";
import { z } from "zod";
import { section } from "./section.ts";
import { absolutePath, duration } from "./words.ts";

const hook = z
  .union([z.literal(false), absolutePath], { error: "expected an absolute path, or false" })
  .optional()
  .describe("A program; false: none, whatever is said for the whole file");

// A timer of more days would go off at once.
const longest = 86_400_000;

export const hooks = section({
  pre_vm: hook,
  pre_disk: hook,
  post_disk: hook,
  post_vm: hook,
  post_transfer: hook,
  timeout: duration
    .refine((value) => (parseDuration(value) ?? 0) <= longest, "expected a day at most")
    .optional()
    .describe("How long each may run; default: 10m"),
});
