import type { Precheck, Settings } from "@backurne/model";
import type { Backurne } from "backurne";
import type { Audit } from "./audit.ts";
import type { Ceilings } from "./gate.ts";
import type { Reads } from "./reads.ts";
import type { Runs } from "./runs/runs.ts";
import type { Sessions } from "./sessions.ts";
import type { Token, Tokens } from "./tokens.ts";
import type { Verifications } from "./verifications.ts";

/** All that routes work with. */
export interface Scene {
  readonly backurne: Backurne;
  readonly settings: Settings;
  /** Epoch ms. */
  readonly now: () => number;
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly audit: Audit;
  readonly reads: Reads;
  readonly ceilings: Ceilings;
  readonly runs: Runs;
  readonly verifications: Verifications;
  /** Looks, stores what it found, and tells who is to be told. */
  readonly precheck: () => Promise<Precheck>;
  /** What nobody who asks should read. */
  readonly log: (message: string, error?: unknown) => void;
}

/** What is known of a request once it was let in. */
export interface Env {
  /** Of a server's requests: what is answered there; tests ask without one. */
  readonly Bindings: { readonly outgoing?: { destroy(): unknown } };
  readonly Variables: { readonly caller: Caller; readonly secureHeadersNonce?: string };
}

export interface Caller extends Token {
  /** A browser sends a cookie by itself, so that more has to be asked of such a request. */
  readonly by: "header" | "cookie";
}
