import type { Fields } from "../fields.ts";
import { findSecretFiles } from "../secret-files.ts";
import type { Finding } from "./finding.ts";

/** A secret stands in its place or in a file, not in both. */
export function* checkSecrets(root: Fields): Iterable<Finding> {
  for (const { path, secret, twice } of findSecretFiles(root)) {
    if (twice) yield { path, message: `there is ${secret} already; one of them is enough`, at: "key" };
  }
}
