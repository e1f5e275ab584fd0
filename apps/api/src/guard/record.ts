import { randomUUID } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { JSON_TYPE, readForm } from "../form.ts";
import type { AuditLine } from "../audit.ts";
import type { Env, Scene } from "../scene.ts";
import type { Token } from "../tokens.ts";

/** Writes down who asks for a change before it is made, and what was answered after it; what was looked up is old then. */
export function recordChanges({ audit, now, reads, log }: Recorder): MiddlewareHandler<Env> {
  return async (context, next) => {
    const { method, url } = context.req;
    if (method === "GET" || method === "HEAD") return next();
    const line = linesOf(context, now);
    const query = new URL(url).search;
    const body = await textOf(context);
    await audit({ ...line(), ...(query !== "" && { query }), ...(body !== undefined && { body }) });
    try {
      await next();
    } finally {
      // What was refused has changed nothing, and who may not may not cost looks either. What broke may have done half of it.
      const { status } = context.res;
      if (status < 400 || status >= 500) reads.forget();
      // It has been done: whoever asked must not be told to do it again because of this.
      await audit({ ...line(), status }).catch((error: unknown) =>
        log("the audit log lacks what came of a request", error),
      );
    }
  };
}

/** A guest's files leave the house: who takes which is written down, although it changes nothing. One line, before the first byte. */
export async function recordTaking(
  context: Context<Env>,
  { audit, now }: Pick<Recorder, "audit" | "now">,
): Promise<void> {
  await audit({ ...linesOf(context, now)(), query: new URL(context.req.url).search });
}

/**
 * Who comes in and goes, and who tried to: one line, before it is done. Never what he showed.
 * @param door `who` undefined: nobody that is known here; then `failed` says how often that was
 */
export async function recordDoor(
  context: Context<Env>,
  { who, ...told }: Pick<AuditLine, "status" | "failed"> & { readonly who: Token | undefined },
  { audit, now }: Pick<Recorder, "audit" | "now">,
): Promise<void> {
  await audit({ ...linesOf(context, now, who)(), ...told });
}

/**
 * What every line of one request begins with. Path and query stand there whole, or who stretches them would hide what he
 * asks for; a request line has an end (16 KiB), and only who is known here comes that far with one of his own.
 */
function linesOf(context: Context<Env>, now: () => number, who: Token | undefined = context.get("caller")) {
  const { method, path } = context.req;
  const { id: token, name } = who ?? {};
  const request = randomUUID();
  return () => ({ at: new Date(now()).toISOString(), request, token, name, method, path });
}

type Recorder = Pick<Scene, "audit" | "now" | "reads" | "log">;

/** Bytes: no more than this is read where something may change, so that whatever decides is written down. */
export const MOST_WRITTEN = 16_384;

/** Of what is longer the beginning: only the history that a policy is tried on, which changes nothing. */
async function textOf(context: Context<Env>): Promise<string | undefined> {
  const type = context.req.header("content-type") ?? "";
  if (JSON_TYPE.test(type)) return (await context.req.text()).slice(0, MOST_WRITTEN);
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)/i.test(type)) return undefined;
  return JSON.stringify(await readForm(context));
}
