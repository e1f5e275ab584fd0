import type { Dispatcher } from "undici";
import { dataOf, readBody, reasonOf } from "./body.ts";
import { ProxmoxError } from "./error.ts";
import { type Endpoint, wasNeverSent } from "./hosts.ts";
import type { Pass } from "./login.ts";

/** One request, as it goes over the wire. */
export interface Message {
  readonly method: Dispatcher.HttpMethod;
  /** With the query; encoded. */
  readonly path: string;
  /** A form; POST and PUT only. */
  readonly form?: string | undefined;
  /** For messages: the path without its identifiers. */
  readonly template: string;
  readonly pass: Pass | undefined;
  /** ms, headers and body together. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
  scrub(text: string): string;
}

/** Sends it exactly once; `data` of the answer. Every failure is a ProxmoxError, but the caller's own abort. */
export async function sendOnce(message: Message, { agent, origin, name }: Endpoint): Promise<unknown> {
  const { method, path, form, pass, deadline, signal, scrub } = message;
  const request = `${method} ${message.template} on ${name}`;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), deadline);
  try {
    const { statusCode, statusText, body } = await agent.request({
      origin,
      method,
      path,
      body: form ?? null,
      headers: {
        accept: "application/json",
        ...(form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
        ...Object.fromEntries([...(pass?.headers ?? [])].map(([key, value]) => [key, value.reveal()])),
      },
      signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
    });
    const text = await readBody(body);
    if (statusCode >= 200 && statusCode < 300) return dataOf(text, request);
    throw new ProxmoxError({ request, status: statusCode, reason: scrub(reasonOf(text, statusText)) });
  } catch (error) {
    if (error instanceof ProxmoxError) throw error;
    if (signal?.aborted) throw signal.reason;
    if (late.signal.aborted) {
      throw new ProxmoxError({ request, reason: `no answer within ${deadline / 1000} s`, late: true });
    }
    throw new ProxmoxError({ request, reason: scrub(describe(error)), unsent: wasNeverSent(error) });
  } finally {
    clearTimeout(timer);
  }
}

/** A connection to several addresses fails with an AggregateError that says nothing itself. */
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return describe(error.errors[0]);
  return error instanceof Error ? error.message || error.name : String(error);
}
