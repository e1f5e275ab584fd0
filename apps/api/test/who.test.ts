import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ENDPOINTS } from "../src/endpoints.ts";
import { COOKIE } from "../src/guard/who.ts";
import { allows, SCOPES, type Scope } from "../src/scopes.ts";
import { errands } from "./errands.ts";
import { HOST, openApi, type Api, type Asked } from "./world.ts";

/** What each token may do, written down once more: a scope that gets wider by accident is seen here. */
const MAY: Readonly<Record<Scope, readonly string[]>> = {
  read: ENDPOINTS.filter(
    ({ method, path }) => (method === "get" && !path.includes("/files")) || path === "/simulation",
  ).map(nameOf),
  explore: [
    "get /mappings/{mapping}/files",
    "get /mappings/{mapping}/files/content",
    "get /mappings/{mapping}/files/archive",
  ],
  map: ["post /mappings", "delete /mappings/{mapping}"],
  backup: [
    "post /images/{image}/holds",
    "post /runs",
    "delete /runs/{run}",
    "post /verifications",
    "delete /verifications/{id}",
    "post /check",
    "post /diagnosis",
    "post /guests/{guest}/holds",
  ],
  admin: [
    "delete /images/{image}/holds",
    "delete /guests/{guest}/holds",
    "post /guests/{cluster}/{vmid}/profiles",
    "delete /guests/{cluster}/{vmid}/profiles",
  ],
};

function nameOf({ method, path }: { readonly method: string; readonly path: string }): string {
  return `${method} ${path}`;
}

test("each route has its scope, and each scope its routes", () => {
  const by = Object.fromEntries(SCOPES.map((scope) => [scope, [] as string[]]));
  for (const endpoint of ENDPOINTS) by[endpoint.scope]?.push(nameOf(endpoint));
  expect(by).toEqual(MAY);
});

const others = [
  "/openapi.json",
  "/mapped/",
  "/backup/",
  "/backup/host/web/",
  "/backup/alpha;disk;None/",
  "/api/v1/nothing",
];

test.each([...SCOPES, null])("every route asked by %s", async (scope) => {
  const { ask, audited, world } = await openApi();
  for (const { name, endpoint, method, path, body } of errands()) {
    const calls = world.calls.length;
    const { status } = await ask(path, { method, body, as: scope });
    if (scope === null) expect([name, status]).toEqual([name, 401]);
    else if (allows([scope], endpoint.scope)) expect([name, status]).not.toEqual([name, 403]);
    else expect([name, status]).toEqual([name, 403]);
    if (status === 401 || status === 403) expect(world.calls.length, name).toBe(calls);
  }
  for (const path of others) {
    const { status } = await ask(path, { as: scope });
    expect([path, status === 401]).toEqual([path, scope === null]);
  }
  if (scope === null) expect(audited).toEqual([]);
});

describe("without a token", () => {
  test("only the health probe is answered, and says no more than that", async () => {
    const { ask } = await openApi();
    const response = await ask("/health", { as: null });
    expect([response.status, await response.json()]).toEqual([200, { version: 1, kind: "health", ok: true }]);
    const refused = await ask("/api/v1/images", { as: null });
    expect(refused.headers.get("www-authenticate")).toMatch(/^Bearer/);
  });

  const almost = (api: Api): readonly (string | undefined)[] => [
    "",
    "Bearer",
    "Bearer nonsense",
    `Basic ${api.tokens.admin}`,
    `Bearer ${api.tokens.admin.slice(0, -1)}`,
    `Bearer ${api.tokens.admin.slice(0, -1)}${api.tokens.admin.endsWith("A") ? "B" : "A"}`,
    `Bearer ${api.tokens.admin.slice(0, 16)}_${api.tokens.read.split("_")[2] ?? ""}`,
    "Bearer bkn_000000000000_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "Bearer bkn_../../check_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  ];

  test("nor with one that is almost right", async () => {
    const api = await openApi();
    for (const authorization of almost(api)) {
      const { status } = await api.ask("/api/v1/images", { as: null, headers: { authorization: authorization ?? "" } });
      expect([authorization, status]).toEqual([authorization, 401]);
    }
  });
});

describe("tokens", () => {
  test("are kept as hashes, in files of nobody else's", async () => {
    const { scene, tokens } = await openApi();
    const directory = join(scene.settings.stateDir, "tokens");
    for (const name of await readdir(directory)) {
      const text = await readFile(join(directory, name), "utf8");
      for (const token of Object.values(tokens)) expect(text).not.toContain(token.split("_").slice(2).join("_"));
      expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
    }
    expect((await scene.tokens.list()).map(({ name }) => name).sort()).toEqual(
      SCOPES.map((scope) => `of ${scope}`).sort(),
    );
  });

  test("that are revoked are worth nothing from then on; what is not there cannot be revoked", async () => {
    const { ask, scene, tokens } = await openApi();
    expect((await ask("/api/v1/images", { as: "read" })).status).toBe(200);
    await scene.tokens.revoke(tokens.read.split("_")[1] ?? "");
    expect((await ask("/api/v1/images", { as: "read" })).status).toBe(401);
    for (const id of ["000000000000", "../check", ""]) {
      await expect(scene.tokens.revoke(id)).rejects.toMatchObject({ code: "not-found" });
    }
  });
});

test("tokens that must not be read are trouble, and not somebody's wrong token", async () => {
  const { ask, scene, tokens, logged } = await openApi();
  const file = join(scene.settings.stateDir, "tokens", `${tokens.read.split("_")[1]}.json`);
  await rm(file);
  await mkdir(file); // as good as one of another user: root may read those
  const refused = [await ask("/api/v1/images", { as: "read" })];
  const form = { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" } };
  refused.push(await ask("/login", { ...form, as: null, form: `token=${tokens.read}` }));
  for (const response of refused) {
    expect(response.status).toBe(500);
    // Whoever it is has not been let in.
    expect(await response.text()).not.toMatch(/tokens|EISDIR|backurne-api-|same one/);
  }
  expect(String(logged)).toMatch(/cannot read the tokens: EISDIR.*have to be the same one/);
});

describe("every change", () => {
  test("is written down before it is made and after it, with who asked; looking is not", async () => {
    const { ask, audited } = await openApi();
    await ask("/api/v1/images");
    expect(audited).toEqual([]);
    await ask("/api/v1/runs", { body: { cluster: "nowhere" }, as: "backup" });
    await ask("/api/v1/runs", { body: {}, as: "read" });
    const request = expect.stringMatching(/^[0-9a-f-]{36}$/);
    const line = { method: "POST", path: "/api/v1/runs", request, at: expect.any(String), token: expect.any(String) };
    expect(audited).toEqual([
      { ...line, name: "of backup", body: '{"cluster":"nowhere"}' },
      { ...line, name: "of backup", status: 400 },
      { ...line, name: "of read", body: "{}" },
      { ...line, name: "of read", status: 403 },
    ]);
  });

  test("makes what was looked up before old, and one that is refused does not", async () => {
    const { ask, world } = await openApi();
    const isHeld = async () => {
      const { images } = (await (await ask("/api/v1/images")).json()) as {
        images: { reference: string; hold?: object }[];
      };
      return images.find(({ reference }) => reference === "alpha/disk")?.hold !== undefined;
    };
    const holds = "/api/v1/images/alpha%2Fdisk/holds";
    expect(await isHeld()).toBe(false);
    world.calls.length = 0;
    expect((await ask(holds, { body: {}, as: "read" })).status).toBe(403);
    expect((await ask(holds, { body: { until: "2020-01-01T00:00:00Z" } })).status).toBe(400);
    expect([await isHeld(), world.calls]).toEqual([false, []]);
    expect((await ask(holds, { body: {} })).status).toBe(200);
    expect(await isHeld()).toBe(true);
  });

  test("is written down with what was asked for", async () => {
    const { ask, audited } = await openApi();
    await ask("/api/v1/images/alpha%2Fdisk/holds?all=true", { method: "DELETE" });
    const form = "snapshot=latest&reason=audit";
    await ask("/nowhere", {
      method: "POST",
      form,
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(audited.filter(({ status }) => status === undefined)).toMatchObject([
      { path: "/api/v1/images/alpha%2Fdisk/holds", query: "?all=true" },
      { path: "/nowhere", body: '{"snapshot":"latest","reason":"audit"}' },
    ]);
  });

  const long = "x".repeat(9_000);
  const json = { "content-type": "application/json" };
  const form = { "content-type": "application/x-www-form-urlencoded" };
  test.each<readonly [what: string, path: string, asked: Asked, line: object]>([
    [
      "a query",
      `/api/v1/images/alpha%2Fdisk/holds?x=${long}&all=true`,
      { method: "DELETE" },
      { query: `?x=${long}&all=true` },
    ],
    ["a path", `/${long}/alpha`, { method: "DELETE" }, { path: `/${long}/alpha` }],
    [
      "blanks before a body",
      "/api/v1/images/alpha%2Fdisk/holds",
      { method: "POST", headers: json, form: `${" ".repeat(9_000)}{"snapshot":"latest"}` },
      { body: expect.stringMatching(/^ {9000}\{"snapshot":"latest"\}$/) },
    ],
    [
      "a field of a form",
      "/images/alpha%2Fdisk/hold",
      { method: "POST", headers: form, form: `x=${long}&snapshot=latest` },
      { body: `{"x":"${long}","snapshot":"latest"}` },
    ],
    [
      "what is longer in the log than it was",
      "/images/alpha%2Fdisk/hold",
      { method: "POST", headers: form, form: `x=${"%01".repeat(5_000)}&snapshot=latest` },
      { body: expect.stringContaining('"snapshot":"latest"') },
    ],
    [
      "the query of a file that is taken",
      `/api/v1/mappings/m1/files/content?x=${long}&path=p1/alpha`,
      {},
      { query: `?x=${long}&path=p1/alpha` },
    ],
  ])("is written down whole, however it is stretched: %s", async (_, path, asked, line) => {
    const { ask, audited, scene, mounted } = await openApi();
    await writeFile(join(mounted, "alpha"), "of a guest");
    await scene.backurne.map({ image: "alpha/disk", snapshot: "latest" });
    const { status } = await ask(path, asked);
    expect([path, status]).toEqual([
      path,
      path.startsWith(`/${long}`) ? 404 : expect.toSatisfy((code: number) => code < 400),
    ]);
    expect(audited[0]).toMatchObject({ name: "of admin", ...line });
  });

  test("that says more than is written down is not made; a history that policies are tried on changes nothing", async () => {
    const { ask, audited, world } = await openApi();
    const calls = world.calls.length;
    const stretched = { reason: "x".repeat(20_000), snapshot: "latest" };
    expect((await ask("/api/v1/images/alpha%2Fdisk/holds", { body: stretched })).status).toBe(413);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const fields = `x=${"x".repeat(20_000)}&snapshot=latest`;
    expect((await ask("/images/alpha%2Fdisk/hold", { method: "POST", headers, form: fields })).status).toBe(413);
    expect((await ask("/api/v1/simulation", { method: "POST", headers, form: fields })).status).toBe(413);
    expect([world.calls.length, audited]).toEqual([calls, []]);
    const history = Array.from({ length: 1_000 }, () => ({ profile: "daily", time: "2026-01-01T00:00:00Z" }));
    expect((await ask("/api/v1/simulation", { body: { profiles: {}, history } })).status).toBe(200);
    expect(audited[0]?.body).toHaveLength(16_384);
  });

  test("that was made stays made when the log cannot say so any more", async () => {
    let lines = 0;
    const audit = async () => {
      if ((lines += 1) > 1) throw new Error("no space");
    };
    const { ask, logged } = await openApi({}, { audit });
    expect((await ask("/api/v1/images/alpha%2Fdisk/holds", { body: {} })).status).toBe(200);
    expect(String(logged)).toContain("no space");
  });

  test("that cannot be written down is not made", async () => {
    const audit = async () => {
      throw new Error("no space");
    };
    const { ask, world } = await openApi({}, { audit });
    const calls = world.calls.length;
    expect((await ask("/api/v1/images/alpha%2Fdisk/holds", { body: {} })).status).toBe(500);
    expect(world.calls.length).toBe(calls);
  });
});

/** What a page of somewhere else could send, and what becomes of it. */
const places: readonly (readonly [what: string, method: string, headers: Record<string, string>, status: number])[] = [
  ["its own name", "GET", {}, 200],
  ["another name of loopback", "GET", { host: "localhost:5000" }, 200],
  ["the name of the proxy before it", "GET", { host: "Backup.example.net" }, 200],
  ["a name that was made to lead here", "GET", { host: "evil.example.com:5000" }, 421],
  ["another port", "GET", { host: "127.0.0.1:8080" }, 421],
  ["no name", "GET", { host: "" }, 421],
  ["a page of its own", "POST", { origin: `http://${HOST}` }, 400],
  ["a page of its own, behind TLS", "POST", { origin: "https://backup.example.net", host: "backup.example.net" }, 400],
  ["a page of another site", "POST", { origin: "https://evil.example.com" }, 403],
  ["a page on another port", "POST", { origin: "http://127.0.0.1:8080" }, 403],
  ["a page without origin", "POST", { origin: "null" }, 403],
  ["a page of another site that hides its origin", "POST", { "sec-fetch-site": "cross-site" }, 403],
  ["a page that only looks", "GET", { origin: "https://evil.example.com" }, 200],
];

test.each(places)("asked by %s", async (_, method, headers, status) => {
  const { ask } = await openApi();
  const body = method === "POST" ? { clustre: "" } : undefined;
  const path = method === "POST" ? "/api/v1/runs" : "/api/v1/images";
  expect((await ask(path, { method, body, headers })).status).toBe(status);
});

test("the address that is listened on is ours, whatever of loopback it is", async () => {
  const { ask } = await openApi({ api: { listen: { host: "127.0.0.2", port: 5000 }, hosts: [] } });
  const status = async (host: string) => (await ask("/health", { headers: { host } })).status;
  expect(await status("127.0.0.2:5000")).toBe(200);
  expect(await status("localhost:5000")).toBe(200);
  expect(await status("127.0.0.3:5000")).toBe(421);
});

test("a cookie is as good as the header for looking; for changes the browser has to say that our page asks", async () => {
  const { ask, tokens, scene } = await openApi();
  const admin = await scene.tokens.find(tokens.admin);
  const cookie = `${COOKIE}=${admin && scene.sessions.open(admin)}`;
  const asked = async (headers: Record<string, string>, body?: unknown) =>
    (
      await ask(body === undefined ? "/api/v1/images" : "/api/v1/runs", {
        as: null,
        body,
        headers: { cookie, ...headers },
      })
    ).status;
  expect(await asked({})).toBe(200);
  expect(await asked({}, { cluster: "none" })).toBe(403);
  expect(await asked({ "sec-fetch-site": "none" }, { cluster: "none" })).toBe(403);
  expect(await asked({ origin: `http://${HOST}` }, { cluster: "none" })).toBe(400);
  expect(await asked({ "sec-fetch-site": "same-origin" }, { cluster: "none" })).toBe(400);
});

test("answers are framed by nobody, guessed at by nobody, and kept by nobody", async () => {
  const { ask } = await openApi();
  for (const path of ["/health", "/api/v1/images", "/api/v1/nothing"]) {
    const { headers } = await ask(path);
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("access-control-allow-origin")).toBe(null);
  }
});

test("a body that is too large is refused before it is read to its end", async () => {
  const { ask, world } = await openApi();
  const calls = world.calls.length;
  const body = {
    profiles: {},
    history: Array.from({ length: 25_000 }, () => ({ profile: "daily", time: "2026-01-01T00:00:00Z" })),
  };
  const response = await ask("/api/v1/simulation", { body });
  expect([response.status, response.headers.get("content-type")]).toEqual([413, "application/problem+json"]);
  expect(world.calls.length).toBe(calls);
});
