import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { readForm } from "../form.ts";
import { openFailures } from "../guard/failures.ts";
import { recordDoor } from "../guard/record.ts";
import { COOKIE } from "../guard/who.ts";
import type { Env, Scene } from "../scene.ts";
import { SESSION_LIFE } from "../sessions.ts";
import { loginSheet } from "./login.ts";

/** A browser shows the token once, and keeps a session of its own: the token revoked, it is worth nothing at once. */
export function mountDoor(app: OpenAPIHono<Env>, scene: Pick<Scene, "tokens" | "sessions" | "audit" | "now">): void {
  const { tokens, sessions } = scene;
  const failures = openFailures(scene.now);
  const closeOld = (context: Context<Env>): void => {
    const kept = getCookie(context, COOKIE);
    if (kept !== undefined) sessions.close(kept);
  };
  app.post("/login", async (context) => {
    const { token } = await readForm(context);
    const found = await tokens.find(typeof token === "string" ? token.trim() : "");
    if (!found) {
      const failed = failures.count();
      if (failed !== undefined) await recordDoor(context, { who: undefined, status: 401, failed }, scene);
      return answerLogin(context, true);
    }
    await recordDoor(context, { who: found, status: 303 }, scene);
    closeOld(context);
    const secure = context.req.header("x-forwarded-proto") === "https";
    const maxAge = SESSION_LIFE / 1000;
    setCookie(context, COOKIE, sessions.open(found), { httpOnly: true, sameSite: "Strict", path: "/", secure, maxAge });
    return context.redirect("/", 303);
  });
  app.post("/logout", async (context) => {
    const kept = getCookie(context, COOKIE);
    try {
      const who = kept === undefined ? undefined : await sessions.find(kept);
      // Whoever has no session leaves nothing.
      if (who) await recordDoor(context, { who, status: 303 }, scene);
    } finally {
      closeOld(context); // also where that cannot be written down
    }
    deleteCookie(context, COOKIE, { path: "/" });
    return context.redirect("/", 303);
  });
}

/** For people; programs get a problem document. */
export async function answerLogin(context: Context<Env>, refused: boolean): Promise<Response> {
  return context.html(await loginSheet(context.get("secureHeadersNonce") ?? "", refused), 401);
}

export function wantsPage({ req }: Context<Env>): boolean {
  return req.header("accept")?.includes("text/html") === true && !req.path.startsWith("/api/");
}
