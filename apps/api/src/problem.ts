import { BackurneError, describeError, type ErrorCode } from "@backurne/model";
import { z } from "zod";

/** What can be wrong with a request itself, besides what can be wrong in the house. */
export type RequestFault = "unauthenticated" | "forbidden" | "misdirected" | "too-large" | "not-json" | "no-such-range";

/** The one table from kinds of trouble to statuses. */
const STATUS_OF = {
  usage: 400,
  unauthenticated: 401,
  forbidden: 403,
  "not-found": 404,
  held: 409,
  refused: 409,
  difference: 409,
  "too-large": 413,
  "not-json": 415,
  "no-such-range": 416,
  misdirected: 421,
  unexpected: 500,
  configuration: 500,
  command: 502,
  interrupted: 503,
} as const satisfies Readonly<Record<ErrorCode | RequestFault, number>>;

type Status = (typeof STATUS_OF)[keyof typeof STATUS_OF];

const TITLE_OF: Readonly<Record<Status, string>> = {
  400: "The request is wrong",
  401: "A token is needed",
  403: "Not allowed",
  404: "There is no such thing",
  409: "It cannot be done now",
  413: "The request is too large",
  415: "The body has to be JSON",
  416: "It has no such part",
  421: "Another host was asked",
  500: "Something went wrong here",
  502: "A program or a cluster failed",
  503: "It was stopped",
};

/** RFC 9457, with the code and the way out of a BackurneError. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(STATUS_OF) as [ErrorCode | RequestFault, ...(ErrorCode | RequestFault)[]]),
    hint: z.string().optional(),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof problem>;

export const PROBLEM_TYPE = "application/problem+json";

/** A request that is refused for what it is. */
export class RequestRefused extends Error {
  readonly code: RequestFault;
  readonly hint: string | undefined;

  constructor(code: RequestFault, message: string, hint?: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** What an unforeseen error says stays in the log: who reads it may know more than who asked. */
export function problemOf(error: unknown): Problem {
  if (error instanceof BackurneError || error instanceof RequestRefused) {
    const { code, hint } = error;
    return describe(code, describeError(error), hint);
  }
  return describe("unexpected", "an unforeseen error; the log of `backurne serve` says more");
}

function describe(code: Problem["code"], detail: string, hint: string | undefined = undefined): Problem {
  const status = STATUS_OF[code];
  const said = { type: `urn:backurne:problem:${code}`, title: TITLE_OF[status], status, detail, code };
  return hint === undefined ? said : { ...said, hint };
}

export function answerProblem(found: Problem): Response {
  const headers: Record<string, string> = { "content-type": PROBLEM_TYPE };
  if (found.status === 401) headers["www-authenticate"] = 'Bearer realm="backurne"';
  return new Response(JSON.stringify(found), { status: found.status, headers });
}
