import { backUp, DAY, guest, openWorld, profile } from "@backurne/simulation";
import type { Explanation } from "@backurne/model";
import { describe, expect, test, vi } from "vitest";
import { nextToGo } from "../src/page/expiry.ts";
import { allows, SCOPES, type Scope } from "../src/scopes.ts";
import { PLACES } from "./places.ts";
import { HOST, openApi, type Asked } from "./world.ts";

/** What is no page: whoever asks is anybody, or programs that other tests ask for. */
const ELSEWHERE = /^\w+ \/(?:api\/v1\/|backup\/|mapped\/|(?:openapi\.json|health|login|logout)$)/;

test("each place of the page is in the table, and asked for with every scope below", async () => {
  const { routes } = await openApi();
  const rows = PLACES.map(([method, path]) => `${method} ${path.split("?", 1)[0]}`);
  const pages = routes.filter((route) => !ELSEWHERE.test(route));
  const shapes = pages.map((route) => new RegExp(`^${route.replaceAll(".", "\\.").replaceAll(/:\w+/g, "[^/]+")}$`));
  expect(pages.filter((_, index) => !rows.some((row) => shapes[index]?.test(row)))).toEqual([]);
  expect(rows.filter((row) => !shapes.some((shape) => shape.test(row)))).toEqual([]);
});

const FORM = { "content-type": "application/x-www-form-urlencoded", origin: `http://${HOST}` };
const form = (text: string, more: Asked = {}): Asked => ({
  as: null,
  ...more,
  method: "POST",
  headers: { ...FORM, ...more.headers },
  form: text,
});

test.each([...SCOPES, null])("each place asked by %s", async (scope) => {
  const { ask, world } = await openApi();
  for (const [method, path, needed, text] of PLACES) {
    const calls = world.calls.length;
    const { status } = await ask(path, { method, as: scope, ...(method === "POST" && { headers: FORM, form: text }) });
    const allowed = scope !== null && allows([scope], needed);
    expect([path, status]).toEqual([
      path,
      allowed ? expect.toSatisfy((code: number) => code < 400 || code === 404) : scope ? 403 : 401,
    ]);
    if (!allowed) expect([path, world.calls.length]).toEqual([path, calls]);
  }
});

describe("a browser without a token", () => {
  test("is shown where to put one, and nothing else", async () => {
    const { ask } = await openApi();
    for (const path of ["/", "/images/alpha%2Fdisk", "/nothing"]) {
      const response = await ask(path, { as: null, headers: { accept: "text/html" } });
      const text = await response.text();
      expect([response.status, text.includes('action="/login"')]).toEqual([401, true]);
      expect(text).not.toMatch(/alpha|\/page\.(css|js)|Overview/);
    }
  });

  test("is let in by a token that is known, with a cookie that no script reads and no other site sends", async () => {
    const { ask, tokens } = await openApi();
    const response = await ask("/login", form(`token=${tokens.read}`));
    expect([response.status, response.headers.get("location")]).toEqual([303, "/"]);
    const cookie = response.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Strict/);
    // What the browser keeps is not the token, nor a part of it, and as a token it is worth nothing.
    const [kept = "", text = ""] = [cookie.split(";", 1)[0], /=([^;]*)/.exec(cookie)?.[1]];
    expect(text).toMatch(/^[\w-]{43}$/);
    expect(cookie).not.toContain(tokens.read.split("_").slice(2).join("_"));
    expect((await ask("/", { as: null, headers: { cookie: kept } })).status).toBe(200);
    expect((await ask("/", { as: null, headers: { authorization: `Bearer ${text}` } })).status).toBe(401);
    const behind = await ask("/login", form(`token=${tokens.read}`, { headers: { "x-forwarded-proto": "https" } }));
    expect(behind.headers.get("set-cookie")).toMatch(/; Secure/);
  });

  test.each(["token=bkn_nonsense", "token=", "", "other=1"])("is not let in by %j", async (text) => {
    const { ask } = await openApi();
    const response = await ask("/login", form(text));
    expect([response.status, response.headers.get("set-cookie")]).toEqual([401, null]);
  });

  test("is not let in by a form that is none, and breaks nothing with it", async () => {
    const { ask, logged } = await openApi();
    const headers = { "content-type": "multipart/form-data; boundary=x" };
    expect((await ask("/login", form("no such thing", { headers }))).status).toBe(400);
    expect(logged).toEqual([]);
  });

  test("is not let in from a page of another site", async () => {
    const { ask, tokens } = await openApi();
    const origin = "https://evil.example.com";
    expect((await ask("/login", form(`token=${tokens.read}`, { headers: { origin } }))).status).toBe(403);
  });
});

test("names are text, in every place, and trouble is a page", async () => {
  const evil = `"><img src=x onerror=alert(1)>'`;
  const guests = [guest(100, evil, [evil])];
  const { ask, world, scene } = await openApi({}, {}, async () => {
    const made = openWorld({ profiles: [profile({ count: 7 })], plain: ["alpha"], proxmox: { px1: guests } });
    made.live("alpha").add(evil);
    await backUp(made.host("bk1"));
    made.now += DAY;
    // It lacks something, too.
    guests[0] = guest(100, evil, [evil, `${evil}2`]);
    made.live("px1").add(`vm-100-${evil}2`);
    return made;
  });
  const { run } = (await (await ask("/api/v1/runs", { body: {} })).json()) as { run: string };
  await vi.waitUntil(() => !scene.runs.isGoing(run), 30_000);
  await scene.backurne.hold({ image: `px1/${evil}/${evil}`, snapshot: "latest", reason: evil });
  world.now += DAY;
  for (const path of [
    "/",
    "/plan",
    `/runs/${run}`,
    `/images/${encodeURIComponent(`alpha/${evil}`)}`,
    `/images/${encodeURIComponent(evil)}x`,
    `/images/${encodeURIComponent(`px1/${evil}/${evil}`)}`,
    `/guests/${encodeURIComponent(`px1/${evil}`)}`,
    `/guests/${encodeURIComponent(evil)}x`,
    `/${encodeURIComponent(evil)}`,
  ]) {
    const response = await ask(path, { headers: { accept: "text/html" } });
    const text = await response.text();
    expect(response.headers.get("content-type")).toMatch(/^text\/html/);
    expect([path, text.includes("<img"), text.includes("&lt;img")]).toEqual([path, false, true]);
  }
  const page = await (await ask(`/guests/${encodeURIComponent(`px1/${evil}`)}`)).text();
  for (const words of ["hold without end (&quot;&gt;", "without &quot;&gt;", "<h1>px1/&quot;&gt;"]) {
    expect(page).toContain(words);
  }
});

test("what is not there is a page for a browser that was let in, and a problem for programs; nobody else hears of it", async () => {
  const { ask } = await openApi();
  const html = { accept: "text/html" };
  const asked = async (path: string, more: Asked) => {
    const response = await ask(path, more);
    const text = (await response.text()).replaceAll(/nonce="[^"]*"/g, "");
    return { status: response.status, type: response.headers.get("content-type"), text };
  };
  expect(await asked("/nothing", { as: "read", headers: html })).toEqual({
    status: 404,
    type: expect.stringMatching(/^text\/html/),
    text: expect.stringContaining("there is no /nothing"),
  });
  const programs = { status: 404, type: "application/problem+json" };
  expect(await asked("/nothing", { as: "read" })).toMatchObject(programs);
  expect(await asked("/api/v1/nothing", { as: "read", headers: html })).toMatchObject(programs);
  const stranger = { as: null, headers: html };
  const [there, nowhere] = [await asked("/plan", stranger), await asked("/nothing", stranger)];
  expect([nowhere.status, nowhere]).toEqual([401, there]);
});

test.each(["nonsense", '{"version":2,"guests":{}}', '{"version":1,"guests":[null]}'])(
  "a guest is shown where policies in the pool cannot be read, and that this is so: %s",
  async (object) => {
    const { ask, world, logged } = await openApi();
    await world.objects.write("backurne.guests", object);
    const response = await ask("/guests/px1%2Fweb");
    const text = (await response.text()).replaceAll(/\s+/g, " ");
    expect([response.status, text.match(/moment-\d+"> <td/g)?.length]).toEqual([200, 3]);
    expect(text).toMatch(/role="alert">profiles of guests: the object backurne.guests .* what is configured applies</);
    expect(text).not.toContain("none of its own is set");
    expect(await (await ask("/api/v1/guests/px1%2Fweb")).json()).toMatchObject({
      warnings: [{ about: "profiles of guests", message: expect.stringContaining("cannot be read") }],
    });
    expect(logged).toEqual([]);
  },
);

test("what goes first does so by its time, in whatever year that is", () => {
  const times = ["+275760-09-13T00:00:00.000Z", "2026-01-10T00:00:00.000Z", undefined, "2026-01-09T00:00:00.000Z"];
  const points = times.map((expires) => ({ expires }));
  expect(nextToGo(points)).toBe(points[3]);
  expect(nextToGo(points.slice(0, 1))).toBe(points[0]);
  expect(nextToGo(points.slice(2, 3))).toBe(undefined);
});

test("a guest says what is set for it, which disk lacks a moment, what is held; and offers nobody what he may not", async () => {
  const guests = [guest(100, "web", ["scsi0"])];
  const profiles = [profile({ count: 7 })];
  const { ask, world, scene } = await openApi({}, {}, async () => {
    const made = openWorld({ profiles, proxmox: { px1: guests } });
    await backUp(made.host("bk1"));
    made.now += DAY;
    // It has got another disk since.
    guests[0] = guest(100, "web", ["scsi0", "virtio1"]);
    made.live("px1").add("vm-100-virtio1");
    await backUp(made.host("bk1"));
    return made;
  });
  await scene.backurne.setGuestProfiles({ cluster: "px1", vmid: 100 }, { profiles: { daily: { count: 9 } } });
  await scene.backurne.hold({ image: "px1/web/virtio1", snapshot: "latest" });
  const page = async (as: Scope) => (await (await ask("/guests/px1%2F100", { as })).text()).replaceAll(/\s+/g, " ");
  const text = await page("map");
  const day = new Date(world.now).toISOString().slice(0, 10);
  expect(text).toContain("<h1>px1/web</h1>");
  expect(text).toMatch(/<span class="chip" ?>daily 9<\/span ?>.*of its own, besides what is configured/);
  expect(text).toContain(`without virtio1: its backups begin on ${day}`);
  expect(text).toContain('<span class="chip">held: virtio1</span>');
  expect(text).toMatch(/small: not of all disks/);
  // Each says what it opens.
  const [last, first] = [world.now, world.now - DAY].map((time) =>
    new Date(time).toISOString().slice(0, 19).replace("T", " "),
  );
  expect([...text.matchAll(/<button class="plain" aria-label="([^"]+)" ?> (Open[^<]*?) ?<\/button>/g)]).toMatchObject([
    { 1: `Open the moment of ${last}`, 2: "Open" },
    { 1: `Open what there is of the moment of ${first}`, 2: "Open what there is" },
  ]);
  expect(await page("read")).not.toMatch(/<button[^>]*> ?Open/);
});

/** What a screen reader calls the buttons of a page. */
function buttonsOf(page: string): readonly string[] {
  return [...page.matchAll(/<(button|summary)\b([^>]*)>(.*?)<\/\1\s*>/gs)].map(([, , attributes = "", text = ""]) => {
    const [, label = text] = /aria-label="([^"]*)"/.exec(attributes) ?? [];
    // Whoever speaks to it says the word that he sees.
    expect(label).toContain(text.trim());
    return label.trim();
  });
}

test("no two buttons of a page are called the same, not even in the hour that clocks show twice", async () => {
  const live = async () => {
    const made = openWorld({
      profiles: [profile({ name: "hourly", interval: 3_600_000, count: 24 }), profile({ count: 7 })],
      plain: ["alpha"],
      proxmox: { px1: [guest(100, "web", ["scsi0", "virtio1"])] },
    });
    made.live("alpha").add("disk");
    // Berlin's clocks show half past two twice.
    made.now = Date.parse("2026-10-24T22:30:00Z");
    for (let hour = 0; hour < 6; hour += 1, made.now += 3_600_000) await backUp(made.host("bk1"));
    return made;
  };
  const { ask, scene } = await openApi({ timezone: "Europe/Berlin" }, {}, live);
  for (const image of ["alpha/disk", "px1/web/scsi0"]) await scene.backurne.hold({ image, snapshot: "latest" });
  for (const snapshot of ["latest", "@2026-10-25T01:30"]) await scene.backurne.map({ image: "alpha/disk", snapshot });
  const least = { "/images/alpha%2Fdisk": 15, "/images/px1%2Fweb%2Fscsi0": 15, "/guests/px1%2Fweb": 7, "/mappings": 3 };
  for (const path of ["/", "/plan", "/runs", "/policies", "/findings", ...Object.keys(least)]) {
    const buttons = buttonsOf(await (await ask(path)).text());
    expect([path, buttons.filter((one, index) => buttons.indexOf(one) < index)]).toEqual([path, []]);
    expect([path, buttons.length]).toEqual([
      path,
      expect.toSatisfy((size) => size >= (Object.entries(least).find(([one]) => one === path)?.[1] ?? 1)),
    ]);
  }
  const names = buttonsOf(await (await ask("/images/alpha%2Fdisk")).text());
  expect(names).toContain("Open hourly of 2026-10-25 02:30:00 (00:30:00Z)");
  expect(names).toContain("Open hourly of 2026-10-25 02:30:00 (01:30:00Z)");
  expect(names.filter((one) => one.startsWith("Release "))).toEqual(["Release hourly of 2026-10-25 04:30:00"]);
});

test("each point is told when it will go, on the page and by the API, as things are", async () => {
  const { ask, scene } = await openApi();
  const { snapshots } = (await (await ask("/api/v1/images/alpha%2Fdisk/explanation")).json()) as Explanation;
  const backups = snapshots.filter(({ side }) => side === "backup");
  // Each night a run, at one o'clock: a point that is just seven days old stays another one.
  const days = ["2026-01-09", "2026-01-10", "2026-01-11"].map((date) => `${date}T01:00:00.000Z`);
  expect(backups.map(({ expires, expiresBecause }) => [expires, expiresBecause])).toEqual(
    days.map((date) => [date, "until it is older than 7 d"]),
  );
  const toGo = async (path: string) => {
    const text = await (await ask(path)).text();
    return [...text.matchAll(/data-is="Expires">\s*<div>\s*<time\s+datetime="([^"]+)"/g)].map(([, time]) => time);
  };
  expect(await toGo("/images/alpha%2Fdisk")).toEqual(days.toReversed());
  expect(await toGo("/guests/px1%2Fweb")).toEqual(days.toReversed());
  const guestPage = (await (await ask("/guests/px1%2Fweb")).text()).replaceAll(/\s+/g, " ");
  expect(guestPage).toMatch(/First to go: <a href="#moment-0" ?>daily of .*\(scsi0\), <time datetime="2026-01-09T/);
  await scene.backurne.hold({ image: "px1/web/scsi0", snapshot: "latest", reason: "audit" });
  const held = (await (await ask("/guests/px1%2F100")).text()).replaceAll(/\s+/g, " ");
  expect(held).toMatch(/no date: <span class="quiet" ?>hold without end \(audit\)/);
});

test("a run shows its events and what went wrong, with the newest lines of many", async () => {
  const { ask, world, scene } = await openApi();
  world.now += DAY;
  world.before = (call) => {
    if (call.includes("createSnapshot") && call.startsWith("px1")) throw new Error("no luck here");
    return undefined;
  };
  const { run } = (await (await ask("/api/v1/runs", { body: {} })).json()) as { run: string };
  await vi.waitUntil(() => !scene.runs.isGoing(run), 30_000);
  const text = await (await ask(`/runs/${run}`)).text();
  const [, events = ""] = text.split('id="events"');
  expect(events).toContain(`run ${run}`);
  expect(events).toMatch(/<li class="bad">\s*<time [^>]*>[\d:]+<\/time>\s*FAIL .*no luck here/);
  const many = Array.from({ length: 600 }, (_, index) => ({
    kind: "warning" as const,
    at: new Date(world.now).toISOString(),
    about: `disk ${index}`,
    message: "slow",
  }));
  Object.assign(scene.runs, { events: async () => many });
  world.now += 60_000;
  const long = await (await ask(`/runs/${run}`)).text();
  expect(long).toContain("100 lines before these");
  expect([long.includes("WARN disk 99 "), long.includes("WARN disk 100 "), long.includes("WARN disk 599 ")]).toEqual([
    false,
    true,
    true,
  ]);
});

test.each([
  [undefined, undefined],
  [
    { pool: "backups", stored: 30, available: 70 },
    '<li class="card "><b>30%</b><span>of pool backups full, room for 70 B<',
  ],
  [
    { pool: "<b>", stored: 849, available: 1 },
    '<li class="card warn"><b>99%</b><span>of pool &lt;b&gt; full, room for 1 B<',
  ],
  [{ pool: "backups", stored: 9, available: 0 }, "<b>100%</b>"],
])("the overview says how full the pool is, where somebody knows: %j", async (space, card) => {
  const { ask, scene } = await openApi();
  Object.assign(scene.backurne, { space: async () => space });
  const text = await (await ask("/", { as: "read" })).text();
  if (card === undefined) expect(text).not.toContain("full, room for");
  else expect(text).toContain(card);
});

test("policies that are no policies are said to be wrong", async () => {
  const { ask } = await openApi();
  for (const query of [
    "name=x&count=1&every=&at=",
    "name=a%20b&count=1",
    "name=daily&count=0",
    "name=daily&count=2&at=99:99",
  ]) {
    const text = await (await ask(`/policies?${query}`)).text();
    expect([query, text.includes('role="alert"'), text.includes("<polygon")]).toEqual([query, true, false]);
  }
});
