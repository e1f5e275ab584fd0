import { html, raw } from "hono/html";
import type { Caller } from "../scene.ts";
import { allows, type Scope } from "../scopes.ts";
import type { Html } from "./words.ts";

const PLACES = [
  ["/", "Overview"],
  ["/plan", "Plan"],
  ["/runs", "Runs"],
  ["/mappings", "Mapped"],
  ["/policies", "Policies"],
  ["/findings", "Findings"],
] as const;

interface Sheet {
  readonly title: string;
  readonly at: (typeof PLACES)[number][0];
  readonly body: Html;
  readonly caller: Caller;
  /** It is asked for again while somebody keeps it open. */
  readonly refresh?: boolean;
}

/** The frame of each page. */
export function sheet({ title, at, body, caller, refresh = false }: Sheet): Html {
  const places = PLACES.map(
    ([path, word]) => html`<li><a href="${path}" ${raw(path === at ? 'aria-current="page"' : "")}>${word}</a></li>`,
  );
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · backurne</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/page.css" />
        <script src="/page.js" defer></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header>
          <div>
            <a class="brand" href="/">backurne</a>
            <nav aria-label="Main">
              <ul>
                ${places}
              </ul>
            </nav>
            <div class="who">
              <span>${caller.name || caller.id}</span>
              <form method="post" action="/logout" class="inline"><button class="plain">Leave</button></form>
            </div>
          </div>
        </header>
        <main id="main" ${raw(refresh ? "data-refresh" : "")}>${body}</main>
      </body>
    </html>`;
}

/** A button, for those who may; nothing for all others. `label`: what tells it from others that say the same. */
export function action(
  caller: Caller,
  scope: Scope,
  {
    path,
    word,
    label,
    fields = {},
    plain = true,
  }: { path: string; word: string; label?: string; fields?: Record<string, string>; plain?: boolean },
): Html {
  if (!allows(caller.scopes, scope)) return html``;
  const hidden = Object.entries(fields).map(
    ([key, value]) => html`<input type="hidden" name="${key}" value="${value}" />`,
  );
  return html`<form method="post" action="${path}" class="inline">
    ${hidden}<button class="${plain ? "plain" : ""}" ${label === undefined ? "" : html`aria-label="${label}"`}>
      ${word}
    </button>
  </form>`;
}
