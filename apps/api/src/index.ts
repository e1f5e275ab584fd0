export { openAuditedTokens } from "./audited-tokens.ts";
export { documentApi } from "./openapi.ts";
export { SCOPES, type Scope } from "./scopes.ts";
export { serve, type ServeOptions } from "./serve.ts";
export { openTokens, type Token, type Tokens } from "./tokens.ts";
