import type { MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import { RequestRefused } from "../problem.ts";
import type { Caller, Env, Scene } from "../scene.ts";
import { allows, type Scope } from "../scopes.ts";

export const COOKIE = "backurne";

/** Nobody goes on without a token that is known here, or a session that was opened by one. */
export function requireToken({ tokens, sessions }: Pick<Scene, "tokens" | "sessions">): MiddlewareHandler<Env> {
  return async (context, next) => {
    const [, given] = /^Bearer +(\S+)$/i.exec(context.req.header("authorization") ?? "") ?? [];
    const kept = getCookie(context, COOKIE);
    const token = given !== undefined ? await tokens.find(given) : kept && (await sessions.find(kept));
    if (!token) {
      throw new RequestRefused(
        "unauthenticated",
        given !== undefined
          ? "this token is not known here"
          : kept === undefined
            ? "there is no token with this request"
            : "this session is over",
        "`backurne token create --scope read` makes one; it goes into the header `Authorization: Bearer TOKEN`",
      );
    }
    context.set("caller", { ...token, by: given === undefined ? "cookie" : "header" } satisfies Caller);
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
