import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc, { type Arbitrary } from "fast-check";
import { expect, test } from "vitest";
import { buildApp } from "../src/app.ts";
import { COOKIE } from "../src/guard/who.ts";
import { problem } from "../src/problem.ts";
import type { Scene } from "../src/scene.ts";
import { SCOPES, type Scope } from "../src/scopes.ts";
import { HOST, openApi, type Api } from "./world.ts";

/** What no answer may have in it as it is: a page would run it. */
const EVIL = `"><img src=x onerror=alert(1)>'`;

/** What means something in that world, what nearly does, and what was never meant to. */
const WORDS = [
  "alpha/disk",
  "alpha;disk;None",
  "px1/web",
  "px1/100",
  "px1/web/scsi0",
  "disk",
  "m1",
  "none",
  "latest",
  "@2026-01",
  "2026-01-01T01:00:00.000Z",
  "p1",
  "p1/alpha",
  "p1/..",
  "zip",
  "tar",
  "daily",
  "7",
  "1d",
  "01:00",
  "2027-01-01",
  "",
  ".",
  "..",
  "__proto__",
  "constructor",
  "999999999999999999999",
  EVIL,
];
const word = fc.oneof(
  { arbitrary: fc.constantFrom(...WORDS), weight: 6 },
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.string({ minLength: 1_500, maxLength: 2_500 }),
);

/** Percent-encoded, mostly; else as a URL can just be, with escapes that are none. */
const encoded = fc.oneof(
  { arbitrary: word.map((text) => encodeURIComponent(text.toWellFormed())), weight: 9 },
  fc.stringMatching(/^[\w.~!$&'()*+,;=:@%-]{1,9}$/),
  fc.constantFrom("%", "%00", "%ff", "%E0%A4%A", "a%2", "%2e%2e", "%2F%2F"),
);

const KEYS = ["path", "after", "format", "name", "count", "every", "at", "snapshot", "token", "reason", "until", "x"];
const key = fc.oneof({ arbitrary: fc.constantFrom(...KEYS), weight: 8 }, encoded);
const pairs = fc
  .array(fc.tuple(key, encoded), { maxLength: 8 })
  .map((some) => some.map(([name, value]) => `${name}=${value}`).join("&"));

const URLENCODED = "application/x-www-form-urlencoded";
const MULTIPART = "multipart/form-data; boundary=x";

function partsOf(some: readonly (readonly [name: string, file: boolean, value: string])[]): string {
  const parts = some.map(([name, file, value]) => {
    const disposition = `form-data; name="${name}"${file ? '; filename="f"' : ""}`;
    return `--x\r\ncontent-disposition: ${disposition}\r\n\r\n${value}\r\n`;
  });
  return `${parts.join("")}--x--\r\n`;
}

interface Form {
  readonly type: string;
  readonly text: string;
}

const form: Arbitrary<Form> = fc.oneof(
  { arbitrary: fc.record({ type: fc.constant(URLENCODED), text: pairs }), weight: 5 },
  fc.record({
    type: fc.constant(MULTIPART),
    text: fc.array(fc.tuple(fc.constantFrom(...KEYS), fc.boolean(), word), { maxLength: 4 }).map(partsOf),
  }),
  fc.record({
    type: fc.constantFrom(MULTIPART, "multipart/form-data", URLENCODED, "application/json", "text/plain", ""),
    text: word,
  }),
);

const someHeaders = fc.record(
  {
    accept: fc.constantFrom("text/html", "text/html,*/*;q=0.8", "*/*", "application/json"),
    cookie: fc
      .oneof(
        word.map((text) => encodeURIComponent(text.toWellFormed())),
        fc.constant("x"),
      )
      .map((text) => `${COOKIE}=${text}`),
    range: fc.constantFrom("bytes=0-", "bytes=5-1", "bytes=-3", "bytes=999999999999-", "lines=1", "bytes=0-1,3-4"),
    "if-range": fc.constantFrom('"x"', "yesterday"),
    "last-event-id": fc.constantFrom("-1", "9", "x"),
    "x-forwarded-proto": fc.constantFrom("https", "x"),
  },
  { requiredKeys: [] },
);

interface Asked {
  /** In place of what the route names. */
  readonly param: string;
  readonly query: string;
  readonly form: Form;
  readonly headers: Readonly<Record<string, string>>;
  readonly as: Scope | null;
}

/** Half of what is asked is asked of something that is there. */
function askedOf(route: string): Arbitrary<Asked> {
  const { param, query } = goodOne(route);
  return fc.record({
    param: fc.oneof(fc.constant(param), encoded),
    query: fc.oneof({ arbitrary: pairs, weight: 5 }, fc.constant(query)),
    form,
    headers: someHeaders as Arbitrary<Asked["headers"]>,
    as: fc.oneof({ arbitrary: fc.constant("admin" as const), weight: 6 }, fc.constantFrom(...SCOPES, null)),
  });
}

async function send(route: string, { param, query, form: { type, text }, ...rest }: Asked, { ask }: Api) {
  const [method = "GET", path = "/"] = route.split(" ");
  const filled = path.replaceAll(/:\w+/g, () => param || "%20");
  const own = { origin: `http://${HOST}`, ...(type !== "" && { "content-type": type }) };
  const posts = method === "POST" || method === "DELETE";
  return ask(`${filled}?${query}`, {
    method,
    as: rest.as,
    headers: { ...rest.headers, ...(posts && own) },
    ...(method === "POST" && { form: text }),
  });
}

/** What is mounted besides the API, whose routes have schemas and a fuzz of their own. */
const ROUTES = [
  ...new Set(
    buildApp({ settings: { stateDir: "/nowhere" } } as Scene).routes.flatMap(({ method, path }) =>
      method === "ALL" || path.startsWith("/api/v1/") ? [] : [`${method} ${path}`],
    ),
  ),
];

/** Of what is hardly ever right by chance. */
const PARAMS: Readonly<Record<string, string>> = {
  "/images/": "alpha%2Fdisk",
  "/guests/": "px1%2Fweb",
  "/mappings/": "m1",
  "/backup/host/": "web",
  "/backup/": "alpha;disk;None",
};
const FORMS: Readonly<Record<string, string>> = {
  "POST /images/:image/map": "snapshot=latest",
  "POST /guests/:guest/map": "at=2026-01-01T01:00:00.000Z",
  "POST /guests/:guest/hold": "at=2026-01-01T01:00:00.000Z&reason=audit&until=2027-01-01",
  "POST /guests/:guest/release": "at=2026-01-01T01:00:00.000Z",
};
const QUERIES: Readonly<Record<string, string>> = {
  "GET /mappings/:mapping/content": "path=p1/alpha",
  "GET /mappings/:mapping/archive": "path=p1&format=zip",
  "GET /policies": "name=daily&count=7&every=1d&at=01:00",
};

function goodOne(route: string): Asked {
  const [, path = ""] = route.split(" ");
  const [, param = "none"] = Object.entries(PARAMS).find(([start]) => path.startsWith(start)) ?? [];
  const body = { type: URLENCODED, text: FORMS[route] ?? "" };
  return { param, query: QUERIES[route] ?? "", form: body, headers: {}, as: "admin" };
}

/** They take long, and little is asked of them. */
const SLOW = ["GET /policies", "GET /openapi.json"];
/** Nobody is known by these, or the run or verification is none. */
const NEVER_WELL = [
  "POST /login",
  "GET /runs/:run",
  "POST /runs/:run/stop",
  "GET /verifications/:id",
  "POST /verifications/:id/stop",
];

test.each(ROUTES)(
  "%s: whatever is asked, the answer is a page, a problem or what it should be, and we are not broken",
  async (route) => {
    const api = await openApi();
    const { scene, world, logged, mounted } = api;
    await writeFile(join(mounted, "alpha"), "of a guest");
    await scene.backurne.map({ image: "alpha/disk", snapshot: "latest" });
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(askedOf(route), async (one) => {
        const response = await send(route, one, api);
        const [text, type] = [await response.text(), response.headers.get("content-type") ?? ""];
        seen.add(response.status);
        expect([response.status, text]).toEqual([
          expect.toSatisfy((status: number) => status < 500),
          expect.anything(),
        ]);
        if (type.startsWith("text/html")) expect(text).not.toContain("<img");
        if (type.startsWith("application/problem+json")) problem.parse(JSON.parse(text));
        else if (response.status >= 400) expect(type).toMatch(/^text\/html/);
        // A run that goes on would make the next one wait.
        await scene.runs.close("enough");
        await scene.verifications.close("enough");
        world.now += 60_000;
      }),
      { numRuns: SLOW.includes(route) ? 60 : 150, examples: [[goodOne(route)]] },
    );
    expect(logged).toEqual([]);
    // Otherwise nothing but the guards was tried.
    if (!NEVER_WELL.includes(route)) expect(Math.min(...seen)).toBeLessThan(400);
  },
);

test("escapes that are none, and bytes that are no text, are nobody's name", async () => {
  const { ask, routes, logged } = await openApi();
  for (const route of routes.filter((one) => one.includes(":") || one.includes("{"))) {
    for (const raw of ["%", "%00", "%ff", "%E0%A4%A", "a%2"]) {
      const [method = "", path = ""] = route.split(" ");
      const filled = path.replaceAll(/:\w+|\{\w+\}/g, raw);
      const headers = { origin: `http://${HOST}`, "content-type": method === "POST" ? URLENCODED : "text/plain" };
      const { status } = await ask(filled, { method, headers, ...(method === "POST" && { form: "snapshot=latest" }) });
      expect([method, filled, status]).toEqual([method, filled, expect.toSatisfy((code: number) => code < 500)]);
    }
  }
  expect(logged).toEqual([]);
});
