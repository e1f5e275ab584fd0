import { expect, test, vi } from "vitest";
import type { z } from "zod";
import { verification } from "../src/routes/verifications.ts";
import { follow, type Message } from "./follower.ts";
import { openApi, type Api } from "./world.ts";

const VERIFICATIONS = "/api/v1/verifications";
type Document = z.infer<typeof verification>;

/** One of two images that waits before it reads the first of them, until it is let go. */
async function startHeldUp(): Promise<Api & { readonly id: string; readonly path: string; readonly go: () => void }> {
  const api = await openApi();
  const gate = Promise.withResolvers<void>();
  api.world.before = (call) => (call === "alpha snapshots disk" ? gate.promise : undefined);
  const response = await api.ask(VERIFICATIONS, { body: { full: true }, as: "backup" });
  const { id } = verification.parse(await response.json());
  const path = `${VERIFICATIONS}/${id}`;
  expect([response.status, response.headers.get("location")]).toEqual([202, path]);
  return { ...api, id, path, go: gate.resolve };
}

const look = async ({ ask }: Api, path: string): Promise<Document> =>
  verification.parse(await (await ask(path, { as: "read" })).json());
const kindsOf = (told: readonly Message[]) =>
  told.map(({ event, data }) => (event === "event" ? (JSON.parse(data) as { kind: string }).kind : event));
const lastOf = (told: readonly Message[]): Document => verification.parse(JSON.parse(told.at(-1)?.data ?? ""));

test("a verification is followed live, from its beginning to what it found; who comes back goes on where he was", async () => {
  const api = await startHeldUp();
  const { path } = api;
  const early = await follow(api, `${path}/events`, {
    enough: (all) =>
      all.some(({ event, data }) => event === "progress" && (JSON.parse(data) as Document).images.compared === 1),
  });
  expect(kindsOf(early)).toEqual(expect.arrayContaining(["planned", "started", "ended"]));
  expect(await look(api, path)).toMatchObject({
    state: "running",
    images: { planned: 2, compared: 1, different: 0 },
    comparing: [{ reference: "alpha/disk", expected: expect.any(Number) }],
  });
  const begun = Promise.withResolvers<void>();
  const followers = [follow(api, `${path}/events`, { onTold: begun.resolve }), follow(api, `${path}/events?from=2`)];
  await begun.promise;
  const last = early.findLast(({ id }) => id !== undefined)?.id ?? "";
  api.go();
  const [one = [], other = []] = await Promise.all(followers);
  const events = one.filter(({ event }) => event === "event");
  expect(kindsOf(events).toSorted()).toEqual(["ended", "ended", "planned", "started", "started"]);
  expect(events.map(({ id }) => Number(id))).toEqual([0, 1, 2, 3, 4]);
  expect(other.filter(({ event }) => event === "event")).toEqual(events.slice(2));
  const back = await follow(api, `${path}/events`, { headers: { "last-event-id": last } });
  expect(back.filter(({ event }) => event === "event")).toEqual(events.slice(Number(last) + 1));
  // Its end is what whoever looks gets.
  expect(one.at(-1)?.event).toBe("report");
  expect(lastOf(one)).toEqual(await look(api, path));
  expect(lastOf(one)).toMatchObject({ state: "ended", comparing: [], report: { exit: 0, images: [{}, {}] } });
  expect(api.scene.ceilings.followers.inside).toBe(0);
});

test("one that breaks is told of with its reason, and has an end", async () => {
  const api = await openApi();
  const { id } = api.scene.verifications.start({ image: "nowhere", manner: "full" });
  const told = await follow(api, `${VERIFICATIONS}/${id}/events`);
  expect(lastOf(told)).toMatchObject({ state: "broken", because: expect.stringContaining("nowhere") });
  expect(await (await api.ask(`/verifications/${id}`)).text()).toMatch(/role="alert">[^<]*nowhere/);
});

test("who follows is told no more once his token is revoked", async () => {
  const api = await startHeldUp();
  const begun = Promise.withResolvers<void>();
  const following = follow(api, `${api.path}/events`, { onTold: begun.resolve });
  await begun.promise;
  await api.scene.tokens.revoke(api.tokens.read.split("_")[1] ?? "");
  api.go();
  expect(kindsOf(await following)).not.toContain("report");
  expect(api.scene.ceilings.followers.inside).toBe(0);
});

test("whoever follows one counts with those who follow runs, and goes away when he does", async () => {
  const api = await startHeldUp();
  const enter = Array.from({ length: 99 }, () => api.scene.ceilings.followers.enter());
  const stop = new AbortController();
  const first = await api.ask(`${api.path}/events`, { as: "read", signal: stop.signal });
  const reader = first.body?.getReader();
  await reader?.read();
  const late = await api.ask(`${api.path}/events`, { as: "read" });
  expect([late.status, late.headers.get("retry-after")]).toEqual([429, "5"]);
  await reader?.cancel();
  await vi.waitUntil(() => api.scene.ceilings.followers.inside < 100, 30_000);
  expect((await api.ask(`${api.path}/events`, { method: "HEAD" })).status).toBe(200);
  expect(api.scene.ceilings.followers.inside).toBe(99);
  for (const leave of enter) leave();
  api.go();
  await api.scene.verifications.close("enough");
});

test("on the page: it is begun, seen where it is, stopped; without the script, too", async () => {
  const api = await startHeldUp();
  const { ask, id } = api;
  const text = async (path: string, as: "read" | "backup" = "read") =>
    (await (await ask(path, { as })).text()).replaceAll(/\s+/g, " ");
  await vi.waitUntil(() => api.scene.verifications.find(id).images.compared === 1, 30_000);
  for (const path of ["/", `/verifications/${id}`]) {
    const page = await text(path);
    expect([path, page]).toEqual([path, expect.stringContaining(`data-verification="${id}"`)]);
    expect(page).toContain("1 of 2 images compared, 0 different");
    expect(page).toMatch(/<li>alpha\/disk \S+ \S+ of ~/);
  }
  expect(await text("/runs")).toContain(`href="/verifications/${id}"`);
  expect(await text(`/verifications/${id}`)).not.toContain("/stop");
  expect(await text(`/verifications/${id}`, "backup")).toContain(`action="/verifications/${id}/stop"`);
  // One goes on at a time.
  const form = {
    method: "POST",
    as: "backup",
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "text/html" },
    form: "",
  } as const;
  expect((await ask("/images/alpha%2Fdisk/verify", form)).status).toBe(409);
  expect((await ask(`/verifications/${id}/stop`, form)).status).toBe(303);
  api.go();
  await api.scene.verifications.close("enough");
  const page = await text(`/verifications/${id}`);
  expect(page).not.toContain("data-verification");
  expect([...page.matchAll(/data-is="Found"> ?<span class="([^"]*)" ?>([^<]*)</g)].map(([, ...rest]) => rest)).toEqual([
    ["chip ", "interrupted"],
    ["chip good", "same"],
  ]);
  expect(await text("/")).not.toContain("data-verification");
  const begun = await ask("/images/alpha%2Fdisk/verify", form);
  expect([begun.status, begun.headers.get("location")]).toEqual([
    303,
    expect.stringMatching(/^\/verifications\/[0-9a-f-]{36}$/),
  ]);
  await vi.waitUntil(() => api.scene.verifications.list()[0]?.state === "ended", 30_000);
  expect(await text(begun.headers.get("location") ?? "")).toContain("1 of 1 image compared, 0 different");
});
