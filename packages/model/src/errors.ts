/** What kind of trouble it is. Frontends turn it into an exit code or a status in one table. */
export type ErrorCode =
  | "unexpected"
  | "usage"
  | "configuration"
  | "command"
  | "refused"
  | "held"
  | "not-found"
  | "difference"
  | "interrupted";

export interface ErrorDetails {
  /** What the person can do about it, one sentence. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** The one error base: what happened (message), what kind it is (code), the way out (hint). */
export class BackurneError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.name = "BackurneError";
    this.code = code;
    this.hint = details.hint;
  }
}

/** An error in one line, whatever was thrown; the cause's message is not repeated. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message.trim() || error.name;
}
