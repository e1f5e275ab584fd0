import { randomUUID } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { readForm } from "../form.ts";
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
    await audit({
      ...line(),
      ...(query !== "" && { query: query.slice(0, KEPT) }),
      ...(body !== undefined && { body }),
    });
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
  await audit({ ...linesOf(context, now)(), query: new URL(context.req.url).search.slice(0, KEPT) });
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

/** What every line of one request begins with. */
function linesOf(context: Context<Env>, now: () => number, who: Token | undefined = context.get("caller")) {
  const { method, path } = context.req;
  const { id: token, name } = who ?? {};
  const request = randomUUID();
  return () => ({ at: new Date(now()).toISOString(), request, token, name, method, path: path.slice(0, KEPT) });
}

type Recorder = Pick<Scene, "audit" | "now" | "reads" | "log">;

/** Characters of each: a line has an end. Histories that policies are tried on are longer, and change nothing. */
const KEPT = 2_000;

async function textOf(context: Context<Env>): Promise<string | undefined> {
  const type = context.req.header("content-type") ?? "";
  if (/^application\/json(?:;|$)/i.test(type)) return (await context.req.text()).slice(0, KEPT);
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)/i.test(type)) return undefined;
  return JSON.stringify(await readForm(context)).slice(0, KEPT);
}
