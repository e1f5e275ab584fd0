import { expect, test } from "vitest";
import { COOKIE } from "../src/guard/who.ts";
import { allows, SCOPES, type Scope } from "../src/scopes.ts";
import { errands } from "./errands.ts";
import { PLACES } from "./places.ts";
import { HOST, openApi, type Api, type Asked } from "./world.ts";

/** Each route and each place, as a browser asks for it: a form, or JSON by a script. */
const ROUTES: readonly { readonly path: string; readonly scope: Scope; readonly asked: Asked }[] = [
  ...errands().map(({ endpoint, method, path, body }) => ({ path, scope: endpoint.scope, asked: { method, body } })),
  ...PLACES.map(([method, path, scope, text]) => ({
    path,
    scope,
    asked:
      method === "GET"
        ? { method }
        : { method, form: text ?? "", headers: { "content-type": "application/x-www-form-urlencoded" } },
  })),
];

/** What the browser says of the page that asks, and whether that is ours. */
const PAGES = {
  "our own page": [{ origin: `http://${HOST}` }, true],
  "our own page, which hides its origin": [{ "sec-fetch-site": "same-origin" }, true],
  "no page that says so": [{}, false],
  "nobody's page": [{ "sec-fetch-site": "none" }, false],
  "a page of another site": [{ origin: "https://evil.example.com", "sec-fetch-site": "cross-site" }, false],
  "a page of another site that says less": [{ origin: "https://evil.example.com" }, false],
  "a page on another port": [{ origin: "http://127.0.0.1:8080", "sec-fetch-site": "same-site" }, false],
  "a page without origin": [{ origin: "null" }, false],
  "a page of another site that hides its origin": [{ "sec-fetch-site": "cross-site" }, false],
} as const satisfies Readonly<Record<string, readonly [headers: Readonly<Record<string, string>>, ours: boolean]>>;

/** A session, as a browser keeps it that was let in by this token. */
async function enter({ scene, tokens }: Api, scope: Scope): Promise<string> {
  const token = await scene.tokens.find(tokens[scope]);
  if (!token) throw new Error("it was made a moment ago");
  return `${COOKIE}=${scene.sessions.open(token)}`;
}

const looks = ({ method }: Asked): boolean => method === "GET";

/** A session asked for this route from this page: 0 where it is let through. */
async function refusal(api: Api, { path, asked }: (typeof ROUTES)[number], headers: Readonly<Record<string, string>>) {
  const { calls } = api.world;
  const [before, audited] = [calls.length, api.audited.length];
  const response = await api.ask(path, { ...asked, as: null, headers: { ...asked.headers, ...headers } });
  await response.body?.cancel();
  if (response.status !== 401 && response.status !== 403) {
    expect([path, response.status]).toEqual([path, expect.toSatisfy((status: number) => status < 500)]);
    return 0;
  }
  // Who is refused has cost no look, and changed nothing.
  expect([path, calls.length]).toEqual([path, before]);
  return { status: response.status, audited: api.audited.length - audited };
}

test("all there is to ask is asked for below", () => {
  expect(ROUTES.length).toBeGreaterThan(60);
  for (const scope of SCOPES) {
    const own = ROUTES.filter((route) => route.scope === scope);
    expect([scope, own.some(({ asked }) => looks(asked) || scope !== "read")]).toEqual([scope, true]);
  }
});

test.each(SCOPES.flatMap((scope) => Object.keys(PAGES).map((page) => [scope, page as keyof typeof PAGES] as const)))(
  "a session of %s, asked by %s: looks by its scope, and changes by its scope and from our own page only",
  async (scope, page) => {
    const api = await openApi();
    const cookie = await enter(api, scope);
    const [headers, ours] = PAGES[page];
    for (const route of ROUTES) {
      const may = allows([scope], route.scope);
      const found = await refusal(api, route, { ...headers, cookie });
      const asked = [route.asked.method, route.path, found];
      if (looks(route.asked)) expect(asked).toEqual([...asked.slice(0, 2), may ? 0 : { status: 403, audited: 0 }]);
      // Nothing that another page asked for is written down as somebody's wish; what our own page asks for and must not is.
      else if (!ours) expect(asked).toEqual([...asked.slice(0, 2), { status: 403, audited: 0 }]);
      else expect(asked).toEqual([...asked.slice(0, 2), may ? 0 : { status: 403, audited: 2 }]);
    }
  },
);

test("a session that is over, or none, is let through nowhere, from whatever page", async () => {
  const api = await openApi();
  const over = await enter(api, "admin");
  await api.scene.tokens.revoke(api.tokens.admin.split("_")[1] ?? "");
  for (const cookie of [over, `${COOKIE}=${api.tokens.backup}`, `${COOKIE}=`, "other=1"]) {
    for (const route of ROUTES) {
      const found = await refusal(api, route, { origin: `http://${HOST}`, cookie });
      expect([route.path, found]).toEqual([route.path, { status: 401, audited: 0 }]);
    }
  }
});

test("a form of another site reaches no route that takes JSON, even where the browser says nothing of pages", async () => {
  const api = await openApi();
  const cookie = await enter(api, "admin");
  const calls = api.world.calls.length;
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
    for (const { path, asked } of ROUTES.filter(({ asked: { body } }) => body !== undefined)) {
      const text = JSON.stringify(asked.body);
      for (const origin of [`http://${HOST}`, undefined]) {
        const headers = { cookie, "content-type": type, ...(origin !== undefined && { origin }) };
        const { status } = await api.ask(path, { method: "POST", as: null, form: text, headers });
        expect([path, type, status]).toEqual([
          path,
          type,
          origin === undefined ? 403 : expect.toSatisfy((code) => code === 415 || code === 400),
        ]);
      }
    }
  }
  expect(api.world.calls.length).toBe(calls);
});
