import { createHash } from "node:crypto";

/**
 * The image a full is received into. Its name follows from the chain's lease, so that whoever holds the lease finds what
 * an earlier run left, and nobody else touches it.
 */
export function partialName(resource: string): string {
  return `partial-${uuidOf(resource)}`;
}

/** The same text has the same one, always and everywhere. */
export function uuidOf(text: string): string {
  const hash = createHash("sha256").update(text).digest("hex");
  return [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join("-");
}
