import { createHash, randomBytes } from "node:crypto";
import type { Token, Tokens } from "./tokens.ts";

/** Browsers that were let in by a token. Known to this process only: with it they end. */
export interface Sessions {
  /** @returns what the browser keeps; the session may what the token may, for as long as that is not revoked. */
  open(token: Token): string;
  /** undefined: there is no such session, its time is over, or its token was revoked. */
  find(text: string): Promise<Token | undefined>;
  close(text: string): void;
}

/** ms */
export const SESSION_LIFE = 7 * 86_400_000;
/** So many at once; the oldest make room. */
const MOST = 1_000;

export function openSessions(tokens: Pick<Tokens, "get">, now: () => number): Sessions {
  // By hash: what this process remembers opens nothing either, and no time tells how much of a guess was right.
  const known = new Map<string, { readonly token: string; readonly until: number }>();

  function dropOld(): void {
    for (const [key, { until }] of known) {
      // In the order of their opening, so that those which are over come first.
      if (until > now() && known.size < MOST) return;
      known.delete(key);
    }
  }

  return {
    open({ id }) {
      dropOld();
      const text = randomBytes(32).toString("base64url");
      known.set(hashOf(text), { token: id, until: now() + SESSION_LIFE });
      return text;
    },
    async find(text) {
      const found = known.get(hashOf(text));
      if (!found || found.until <= now()) return undefined;
      const token = await tokens.get(found.token);
      if (!token) known.delete(hashOf(text));
      return token;
    },
    close: (text) => void known.delete(hashOf(text)),
  };
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
