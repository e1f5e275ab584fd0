import type { Forgotten, TrashEmptied, TrashListing, TrashRestored } from "@backurne/model";
import { z } from "zod";
import { hold } from "./hold.ts";
import { amount } from "./plan.ts";

const listing = z.strictObject({
  id: z.string(),
  image: z.string(),
  reference: z.string(),
  trashed: z.string(),
  ends: z.string(),
  because: z.string(),
}) satisfies z.ZodType<TrashListing>;

/** `trash ls --json`. */
export const trash = z.strictObject({
  version: z.literal(1),
  kind: z.literal("trash"),
  images: z.array(listing.readonly()).readonly(),
});
export type Trash = z.infer<typeof trash>;

/** `trash restore IMAGE --json`. */
export const trashRestored = z.strictObject({
  version: z.literal(1),
  kind: z.literal("trash-restored"),
  reference: z.string(),
  image: z.string(),
  points: amount,
  hold: hold.optional(),
}) satisfies z.ZodType<TrashRestored>;

/** `trash empty --json`. */
export const trashEmptied = z.strictObject({
  version: z.literal(1),
  kind: z.literal("trash-emptied"),
  removed: z.array(listing.readonly()).readonly(),
  stay: z.array(listing.extend({ why: z.string() }).readonly()).readonly(),
}) satisfies z.ZodType<TrashEmptied>;

/** `forget IMAGE --json`. */
export const forgotten = z.strictObject({
  version: z.literal(1),
  kind: z.literal("forgotten"),
  reference: z.string(),
  image: z.string(),
  points: amount,
  ends: z.string(),
  live: z.array(z.string()).readonly(),
}) satisfies z.ZodType<Forgotten>;
