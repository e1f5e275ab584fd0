import { expect, test } from "vitest";
import { COOKIE } from "../src/guard/who.ts";
import { SESSION_LIFE } from "../src/sessions.ts";
import type { Scope } from "../src/scopes.ts";
import { HOST, openApi, type Api } from "./world.ts";

const OURS = { origin: `http://${HOST}` };

/** A browser in which somebody has put a token. */
async function enter({ ask, tokens }: Api, scope: Scope, before: string = "") {
  const headers = { ...OURS, "content-type": "application/x-www-form-urlencoded", cookie: before };
  const response = await ask("/login", { as: null, method: "POST", headers, form: `token=${tokens[scope]}` });
  expect(response.status).toBe(303);
  const [cookie = ""] = response.headers.get("set-cookie")?.split(";", 1) ?? [];
  return { cookie, maxAge: Number(/Max-Age=(\d+)/.exec(response.headers.get("set-cookie") ?? "")?.[1]) };
}

const lookWith = async ({ ask }: Api, cookie: string): Promise<number> =>
  (await ask("/api/v1/images", { as: null, headers: { cookie } })).status;

test("a session may what its token may, and no more", async () => {
  const api = await openApi();
  const { cookie } = await enter(api, "read");
  expect(await lookWith(api, cookie)).toBe(200);
  const start = { as: null, body: {}, headers: { cookie, ...OURS } } as const;
  expect((await api.ask("/api/v1/runs", start)).status).toBe(403);
  const { cookie: other } = await enter(api, "backup");
  const more = { ...start, headers: { ...OURS, cookie: other } };
  expect((await api.ask("/api/v1/runs", more)).status).toBe(202);
});

test("the token itself is no session", async () => {
  const api = await openApi();
  expect(await lookWith(api, `${COOKIE}=${api.tokens.admin}`)).toBe(401);
});

test("it ends with its token, at once", async () => {
  const api = await openApi();
  const { cookie } = await enter(api, "read");
  const { cookie: other } = await enter(api, "map");
  await api.scene.tokens.revoke(api.tokens.read.split("_")[1] ?? "");
  expect([await lookWith(api, cookie), await lookWith(api, other)]).toEqual([401, 200]);
});

test("it ends when its time is over, whatever the browser says", async () => {
  const api = await openApi();
  const { cookie, maxAge } = await enter(api, "read");
  expect(maxAge * 1000).toBe(SESSION_LIFE);
  api.world.now += SESSION_LIFE - 1;
  expect(await lookWith(api, cookie)).toBe(200);
  api.world.now += 1;
  expect(await lookWith(api, cookie)).toBe(401);
});

test("who leaves, or enters anew, ends it: what the browser had is worth nothing any more", async () => {
  const api = await openApi();
  const { cookie } = await enter(api, "read");
  const left = await api.ask("/logout", { as: null, method: "POST", headers: { cookie, ...OURS } });
  expect([left.status, left.headers.get("set-cookie")]).toEqual([303, expect.stringContaining("Max-Age=0")]);
  expect(await lookWith(api, cookie)).toBe(401);
  const { cookie: first } = await enter(api, "read");
  const { cookie: second } = await enter(api, "backup", first);
  expect([await lookWith(api, first), await lookWith(api, second)]).toEqual([401, 200]);
});

test("who comes in, who tries to and who goes is written down, and never what he showed", async () => {
  const api = await openApi();
  const { cookie } = await enter(api, "read");
  const headers = { ...OURS, "content-type": "application/x-www-form-urlencoded" };
  const wrong = `${api.tokens.admin.slice(0, -4)}none`;
  await api.ask("/login", { as: null, method: "POST", headers, form: `token=${wrong}` });
  await api.ask("/logout", { as: null, method: "POST", headers: { ...OURS, cookie } });
  await api.ask("/logout", { as: null, method: "POST", headers: OURS });
  const line = { at: expect.any(String), request: expect.any(String), method: "POST" };
  const who = { token: api.tokens.read.split("_")[1], name: "of read" };
  expect(api.audited).toEqual([
    { ...line, ...who, path: "/login", status: 303 },
    { ...line, path: "/login", status: 401, failed: 1 },
    { ...line, ...who, path: "/logout", status: 303 },
  ]);
  expect(JSON.stringify(api.audited)).not.toMatch(/bkn_/);
});

test("who tries without end fills no log, and whoever has a token comes in all the same", async () => {
  const api = await openApi();
  const headers = { ...OURS, "content-type": "application/x-www-form-urlencoded" };
  const tryOnce = async () => {
    const form = `token=bkn_nonsense_${"x".repeat(5_000)}`;
    expect((await api.ask("/login", { as: null, method: "POST", headers, form })).status).toBe(401);
  };
  for (let times = 0; times < 300; times += 1) await tryOnce();
  const firsts = Array.from({ length: 20 }, (_, index) => index + 1);
  const failed = () => api.audited.map((line) => line.failed);
  expect(failed()).toEqual([...firsts, 32, 64, 128, 256]);
  expect(JSON.stringify(api.audited).length).toBeLessThan(5_000);
  await enter(api, "read");
  // The next hour begins anew.
  api.world.now += 3_600_000;
  await tryOnce();
  expect(failed().slice(-2)).toEqual([undefined, 1]);
});

test("nobody comes in who cannot be written down", async () => {
  const audit = async () => {
    throw new Error("no space");
  };
  const api = await openApi({}, { audit });
  const headers = { ...OURS, "content-type": "application/x-www-form-urlencoded" };
  const response = await api.ask("/login", { as: null, method: "POST", headers, form: `token=${api.tokens.read}` });
  expect([response.status, response.headers.get("set-cookie")]).toEqual([500, null]);
});

test("so many are remembered, and the oldest make room", async () => {
  const { scene, tokens } = await openApi();
  const token = await scene.tokens.find(tokens.read);
  if (!token) throw new Error("it was made a moment ago");
  const all = Array.from({ length: 1_001 }, () => scene.sessions.open(token));
  const known = await Promise.all(all.map((text) => scene.sessions.find(text)));
  expect(known.map((one) => one !== undefined)).toEqual(all.map((_, index) => index > 0));
});
