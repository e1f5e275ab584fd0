import type { Context } from "hono";
import { html } from "hono/html";
import { headersOf, type Problem } from "../problem.ts";
import type { Env } from "../scene.ts";
import { sheet } from "./layout.ts";
import { name } from "./words.ts";

/** A problem, for people. */
export async function answerTrouble(context: Context<Env>, found: Problem): Promise<Response> {
  const { status, title, detail, hint } = found;
  const body = html`<h1>${title}</h1>
    <section>
      <p class="bad">${name(detail)}</p>
      ${hint ? html`<p>${name(hint)}</p>` : ""}
      <p><a href="/">Overview</a></p>
    </section>`;
  const caller = context.get("caller");
  const page = caller ? sheet({ title, at: "/", body, caller }) : html`<!doctype html><title>${title}</title>${body}`;
  return context.html(await page, status as 500, headersOf(found));
}
