import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";
import { readForm } from "../form.ts";
import { COOKIE } from "../guard/who.ts";
import type { Env, Scene } from "../scene.ts";
import { loginSheet } from "./login.ts";

/** A browser keeps the token itself as its cookie: revoked, it is worth nothing at once. */
export function mountDoor(app: OpenAPIHono<Env>, { tokens }: Pick<Scene, "tokens">): void {
  app.post("/login", async (context) => {
    const { token } = await readForm(context);
    const text = typeof token === "string" ? token.trim() : "";
    if (!(await tokens.find(text))) return answerLogin(context, true);
    const secure = context.req.header("x-forwarded-proto") === "https";
    setCookie(context, COOKIE, text, { httpOnly: true, sameSite: "Strict", path: "/", secure });
    return context.redirect("/", 303);
  });
  app.post("/logout", (context) => {
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
