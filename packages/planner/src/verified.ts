import type { Marks } from "@backurne/model";

/** Of a generation, what came after its first transfer, or a share, proves little. */
export function isVerified({ verified }: Marks = {}): boolean {
  return verified?.begun !== undefined || verified?.whole !== undefined;
}
