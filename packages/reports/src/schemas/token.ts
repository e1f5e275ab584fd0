import { z } from "zod";

/** What a token of the API may be good for. Each includes reading; `admin` is all of them. */
export const scope = z.enum(["read", "explore", "map", "backup", "admin"]);

const token = z.strictObject({
  id: z.string(),
  name: z.string(),
  scopes: z.array(scope).readonly(),
  created: z.string(),
});

/** `token ls --json`, the oldest first. */
export const tokens = z.strictObject({
  version: z.literal(1),
  kind: z.literal("tokens"),
  tokens: z.array(token.readonly()).readonly(),
});
export type Tokens = z.infer<typeof tokens>;

/** `token create --json`: the only time that `text`, the token itself, is said. */
export const tokenCreated = z.strictObject({
  version: z.literal(1),
  kind: z.literal("token-created"),
  text: z.string(),
  ...token.shape,
});
export type TokenCreated = z.infer<typeof tokenCreated>;

/** `token revoke ID --json`. */
export const tokenRevoked = z.strictObject({ version: z.literal(1), kind: z.literal("token-revoked"), id: z.string() });
export type TokenRevoked = z.infer<typeof tokenRevoked>;
