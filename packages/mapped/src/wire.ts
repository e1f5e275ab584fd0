import { BackurneError, type ErrorCode } from "@backurne/model";
import { z } from "zod";

/**
 * How the two sides speak: HTTP on a unix socket, everything a POST of JSON. What takes long answers in lines of JSON, what is read in bytes;
 * both end with a trailer that says how it went, and without one it broke off.
 */
export const PREFIX = "/v1";
export const OUTCOME = "backurne-outcome";
export const WHOLE = "whole";

/** Of a backup in the pool: no other pool, and no other word on a command line. */
// oxlint-disable-next-line no-control-regex
const name = z.string().regex(/^[^/@\u0000-\u001f\u007f]{1,4096}$/);
/** ms; a date that far ahead can still be written. */
const FOREVER = 1e15;
const text = z.string().max(65_536);
const id = z.strictObject({ id: z.string().max(64) });
const place = z.strictObject({ mapping: z.string().max(64), path: text });
const archive = place.extend({ format: z.enum(["tar", "zip"]) });
const bytes = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform(BigInt);

/** What can be asked, by its path. Whoever asks is let in by his group, and is not believed more than that. */
export const QUESTIONS = {
  check: z.strictObject({}),
  map: z.strictObject({
    backups: z
      .array(
        z.strictObject({
          reference: text,
          image: name,
          snapshot: name,
          creation: z.iso.datetime(),
          doubts: z.array(text).max(1000).readonly().optional(),
        }),
      )
      .min(1)
      .max(1000)
      .readonly(),
    left: z
      .array(z.strictObject({ device: text, size: z.number(), why: text }))
      .max(1000)
      .readonly()
      .optional(),
    vmdk: text.optional(),
    lifetime: z.number().min(0).max(FOREVER).optional(),
  }),
  unmap: id,
  list: z.strictObject({}),
  find: id,
  "files/list": place.extend({ after: text.optional(), limit: z.int().min(1).max(1000).optional() }),
  "files/look": place,
  "files/read": place.extend({ tag: text, from: bytes, to: bytes }),
  /** What the archive would be called, if there is such a directory. */
  "files/pack": archive,
  "files/archive": archive,
} as const;

export type Question = keyof typeof QUESTIONS;
export type Questions = { readonly [Q in Question]: z.input<(typeof QUESTIONS)[Q]> };

export function isQuestion(word: string): word is Question {
  return Object.hasOwn(QUESTIONS, word);
}

/** An error as it crosses the socket. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Characters; a trailer has no room for a novel. */
const LONGEST = 2_000;

export function writeProblem({ code, message, hint }: BackurneError): string {
  const problem: Problem = { code, message: message.slice(0, LONGEST), hint: hint?.slice(0, LONGEST) };
  return encodeURIComponent(JSON.stringify(problem).toWellFormed());
}

export function readProblem(outcome: string | undefined): BackurneError {
  if (outcome === undefined) return new BackurneError("command", "what the mapper said broke off");
  const { code, message, hint } = JSON.parse(decodeURIComponent(outcome)) as Problem;
  return new BackurneError(code, message, { hint });
}
