import { z } from "zod";

/** `version --json`. */
export const version = z.strictObject({
  version: z.literal(1),
  kind: z.literal("version"),
  backurne: z.string(),
  node: z.string(),
});
export type Version = z.infer<typeof version>;

/** `config check --json` of a configuration without mistakes; one with mistakes is an error, exit 2. */
export const configCheck = z.strictObject({
  version: z.literal(1),
  kind: z.literal("config-check"),
  file: z.string(),
  clusters: z.array(z.string()).readonly(),
  profiles: z.array(z.string()).readonly(),
});
export type ConfigCheck = z.infer<typeof configCheck>;
