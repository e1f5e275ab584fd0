import type { Context, MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import { RequestRefused } from "../problem.ts";
import type { Caller, Env, Scene } from "../scene.ts";
import { allows, type Scope } from "../scopes.ts";

export const COOKIE = "backurne";

type Known = Pick<Scene, "tokens" | "sessions">;

/** Who asks, by what came with the request, as it is worth now; undefined: nobody that is known here. */
export async function findCaller(context: Context<Env>, { tokens, sessions }: Known): Promise<Caller | undefined> {
  const [given, kept] = [tokenOf(context), getCookie(context, COOKIE)];
  const token = given !== undefined ? await tokens.find(given) : kept && (await sessions.find(kept));
  return token ? { ...token, by: given === undefined ? "cookie" : "header" } : undefined;
}

function tokenOf({ req }: Context<Env>): string | undefined {
  return /^Bearer +(\S+)$/i.exec(req.header("authorization") ?? "")?.[1];
}

/** Nobody goes on without a token that is known here, or a session that was opened by one. */
export function requireToken(known: Known): MiddlewareHandler<Env> {
  return async (context, next) => {
    const caller = await findCaller(context, known);
    if (!caller) {
      throw new RequestRefused(
        "unauthenticated",
        tokenOf(context) !== undefined
          ? "this token is not known here"
          : getCookie(context, COOKIE) === undefined
            ? "there is no token with this request"
            : "this session is over",
        "`backurne token create --scope read` makes one; it goes into the header `Authorization: Bearer TOKEN`",
      );
    }
    context.set("caller", caller);
    await next();
  };
}

export function requireScope(scope: Scope): MiddlewareHandler<Env> {
  return async (context, next) => {
    const { scopes } = context.get("caller");
    if (!allows(scopes, scope)) {
      throw new RequestRefused(
        "forbidden",
        `this needs a token with the scope ${scope}`,
        `this one has ${scopes.join(", ")}`,
      );
    }
    await next();
  };
}
