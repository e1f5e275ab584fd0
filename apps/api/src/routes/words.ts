import { z } from "zod";

/** Words that several routes understand. */

/** As everywhere: the rbd name, `CLUSTER/GUEST/DISK`, or any part that is unique; percent-encoded, as it stands in a path. */
export const image = z.object({ image: z.string().min(1).max(1024) });
/** `CLUSTER/NAME`, `CLUSTER/VMID`, its identity, or the rbd name of a backup of its. */
export const guestName = z.object({ guest: z.string().min(1).max(1024) });
export const mapping = z.object({ mapping: z.string().regex(/^m[1-9]\d{0,8}$/) });
export const instant = z.iso.datetime({ offset: true });
export const word = z.string().min(1).max(256);
/** Of a query. */
export const flag = z
  .enum(["true", "false"])
  .optional()
  .transform((text) => text === "true");
export const number = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number);
