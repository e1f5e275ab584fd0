import { z } from "zod";
import { didYouMean } from "../suggest.ts";

/** A mapping with these keys and no others; of each other key it is said what was probably meant. */
export function section<S extends z.ZodRawShape>(shape: S) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? // One line a key: whoever reads the issue pairs them again.
          issue.keys.map((key) => `unknown key${didYouMean(key, Object.keys(shape))}`).join("\n")
        : undefined,
  });
}
