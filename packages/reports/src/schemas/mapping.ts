import type { MappedBackup, MappedDevice, Mapping, Unmapped } from "@backurne/model";
import { z } from "zod";
import { amount } from "./plan.ts";

const backup = z
  .strictObject({
    reference: z.string(),
    image: z.string(),
    snapshot: z.string(),
    creation: z.string(),
    doubts: z.array(z.string()).readonly().optional(),
  })
  .readonly() satisfies z.ZodType<MappedBackup>;

const device = z
  .strictObject({
    device: z.string(),
    on: z.array(z.string()).readonly(),
    size: amount,
    type: z.string().optional(),
    label: z.string().optional(),
    mountpoint: z.string().optional(),
    why: z.string().optional(),
  })
  .readonly() satisfies z.ZodType<MappedDevice>;

const fields = {
  id: z.string(),
  backups: z.array(backup).readonly(),
  by: z.string().optional(),
  since: z.string().optional(),
  expires: z.string().optional(),
  state: z.enum(["ok", "opening", "interrupted", "differs", "unreadable"]),
  differences: z.array(z.string()).readonly(),
  devices: z.array(device).readonly(),
};

const mapping = z.strictObject(fields).readonly() satisfies z.ZodType<Mapping>;

/** `map IMAGE SNAPSHOT --json`. */
export const mapped = z.strictObject({ version: z.literal(1), kind: z.literal("mapping"), ...fields });
export type Mapped = z.infer<typeof mapped>;

/** `list-mapped --json`. */
export const mappings = z.strictObject({
  version: z.literal(1),
  kind: z.literal("mappings"),
  mappings: z.array(mapping).readonly(),
});
export type Mappings = z.infer<typeof mappings>;

/** `unmap --json`. */
export const unmapped = z.strictObject({
  version: z.literal(1),
  kind: z.literal("unmapped"),
  mappings: z.array(z.strictObject({ id: z.string(), backups: z.array(backup).readonly() }).readonly()).readonly(),
}) satisfies z.ZodType<Unmapped>;
