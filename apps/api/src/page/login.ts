import { readFileSync } from "node:fs";
import { html, raw } from "hono/html";
import type { Html } from "./words.ts";

export const STYLE = readFileSync(new URL("page.css", import.meta.url), "utf8");
export const SCRIPT = readFileSync(new URL("page.js", import.meta.url), "utf8");

/** All that is shown without a token: where to put one. Its style comes with it, as nothing else is answered. */
export function loginSheet(nonce: string, refused: boolean): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>backurne</title>
        <link rel="icon" href="data:," />
        <style nonce="${nonce}">
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <section class="login">
            <h1>backurne</h1>
            <form method="post" action="/login">
              <label
                >Token<input name="token" type="password" autocomplete="current-password" required autofocus
              /></label>
              <button>Enter</button>
            </form>
            ${refused ? html`<p class="bad" role="alert">This token is not known here.</p>` : ""}
            <p class="quiet">One is made by <span class="mono">backurne token create --scope read</span></p>
          </section>
        </main>
      </body>
    </html>`;
}
