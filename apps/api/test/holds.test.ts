import { LEASE_TIMES, openLeases } from "@backurne/engine";
import { formatKey, parseImageName, type GuestInspection } from "@backurne/model";
import { backUp, DAY, guest, openWorld, profile } from "@backurne/simulation";
import { expect, test } from "vitest";
import { guestHold, guestRelease } from "../src/documents.ts";
import { problem } from "../src/problem.ts";
import { HOST, openApi, type Api, type Asked } from "./world.ts";

const HOLDS = "/api/v1/guests/px1%2Fweb/holds";

/** A guest with two disks, and twins of each point: what is daily is weekly, too. */
async function openTwins(): Promise<Api & { readonly at: string }> {
  const api = await openApi({ timezone: "Europe/Berlin" }, {}, async () => {
    const profiles = [profile({ count: 7 }), profile({ name: "weekly", interval: 7 * DAY, count: 4 })];
    const world = openWorld({ profiles, proxmox: { px1: [guest(100, "web", ["scsi0", "virtio1"])] } });
    for (let night = 0; night < 2; night += 1, world.now += DAY) await backUp(world.host("bk1"));
    return world;
  });
  const [first] = (await look(api)).moments;
  return { ...api, at: first?.at ?? "" };
}

async function look({ ask }: Pick<Api, "ask">): Promise<GuestInspection> {
  return (await ask("/api/v1/guests/px1%2Fweb")).json() as Promise<GuestInspection>;
}

/** `DISK PROFILE UNTIL REASON` of what is held. */
async function heldOf(api: Pick<Api, "ask">): Promise<readonly string[]> {
  return (await look(api)).moments.flatMap(({ at, points }) =>
    points.flatMap(({ disk, hold }) => (hold ? [`${at} ${disk} ${hold.until ?? "-"} ${hold.reason ?? "-"}`] : [])),
  );
}

const form = (text: string): Asked => ({
  method: "POST",
  headers: { "content-type": "application/x-www-form-urlencoded", origin: `http://${HOST}` },
  form: text,
});

test("all disks of a moment are held, each once, and released; whoever may hold may not release", async () => {
  const { at, ...api } = await openTwins();
  const body = { at, until: "2027-01-01T00:00:00Z", reason: "audit" };
  const answer = guestHold.parse(await (await api.ask(HOLDS, { body, as: "backup" })).json());
  expect(answer).toMatchObject({ ...body, disks: [{ disk: "scsi0" }, { disk: "virtio1" }], lacks: [] });
  const held = ["scsi0", "virtio1"].map((disk) => `${at} ${disk} 2027-01-01T00:00:00.000Z audit`);
  expect(await heldOf(api)).toEqual(held);
  const release = `${HOLDS}?at=${encodeURIComponent(at)}`;
  expect((await api.ask(release, { method: "DELETE", as: "backup" })).status).toBe(403);
  expect(await heldOf(api)).toEqual(held);
  const freed = guestRelease.parse(await (await api.ask(release, { method: "DELETE" })).json());
  expect(freed).toMatchObject({ at, disks: [{ disk: "scsi0" }, { disk: "virtio1" }], stay: [] });
  expect(await heldOf(api)).toEqual([]);
});

test("a disk that cannot be held, or released, is named, and keeps no other from it", async () => {
  const { at, ...api } = await openTwins();
  const { ask, world, logged } = api;
  world.before = (call) => {
    if (call.includes("setMetadata") && call.includes("scsi0")) throw new TypeError("the secret of line 7");
    return undefined;
  };
  const refused = await ask(HOLDS, { body: { at } });
  const words = "scsi0 is not held: an unforeseen error; the log of `backurne serve` says more; virtio1 is held";
  expect([refused.status, problem.parse(await refused.json())]).toMatchObject([500, { detail: words }]);
  expect(String(logged)).toContain("the secret of line 7");
  expect(await heldOf(api)).toEqual([`${at} virtio1 - -`]);
  // On the page, too.
  const page = await ask("/guests/px1%2Fweb/hold", {
    ...form(`at=${at}`),
    headers: { ...form("").headers, accept: "text/html" },
  });
  expect([page.status, await page.text()]).toEqual([500, expect.stringContaining("virtio1 is held")]);
  world.before = undefined;
  expect((await ask(HOLDS, { body: { at } })).status).toBe(200);
  expect(await heldOf(api)).toHaveLength(2);
  world.before = (call) => {
    if (call.includes("removeMetadata") && call.includes("scsi0")) throw new TypeError("the secret of line 8");
    return undefined;
  };
  const kept = await ask(`${HOLDS}?at=${at}`, { method: "DELETE" });
  expect(problem.parse(await kept.json()).detail).toMatch(/^scsi0 is not released: .*; virtio1 is released$/);
  expect(await heldOf(api)).toEqual([`${at} scsi0 - -`]);
});

test("a disk that another host is at is not held now: it cannot be done now, and that is said", async () => {
  const { at, ...api } = await openTwins();
  const [moment] = (await look(api)).moments;
  const image = parseImageName(moment?.points.find(({ disk }) => disk === "virtio1")?.image ?? "");
  const lease = await openLeases(api.world.objects, "bk2 forget", LEASE_TIMES).acquire(
    image.kind === "current" ? formatKey(image) : "",
  );
  const refused = problem.parse(await (await api.ask(HOLDS, { body: { at } })).json());
  expect(refused).toMatchObject({
    status: 409,
    code: "held",
    detail: expect.stringMatching(/^virtio1 is not held: .*bk2 forget.*; scsi0 is held$/),
  });
  await lease?.release();
});

test("on the page: a moment is held with a reason and to a day, by whom; whoever may releases it", async () => {
  const { at, ...api } = await openTwins();
  const { ask } = api;
  const page = async (as: Asked["as"] = "admin") =>
    (await (await ask("/guests/px1%2Fweb", { as: as ?? "admin" })).text()).replaceAll(/\s+/g, " ");
  expect(await page("read")).not.toContain("/hold");
  const done = await ask(
    "/guests/px1%2Fweb/hold",
    form(`at=${encodeURIComponent(at)}&reason=the+audit&until=2027-01-01`),
  );
  expect([done.status, done.headers.get("location")]).toEqual([303, "/guests/px1%2Fweb#moment-0"]);
  const held = ["scsi0", "virtio1"].map((disk) => `${at} ${disk} 2026-12-31T23:00:00.000Z the audit, by of admin`);
  expect(await heldOf(api)).toEqual(held);
  const names = (text: string) =>
    [...text.matchAll(/aria-label="((?:Hold|Release) the [^"]*)"/g)].map(([, label]) => label);
  const [last, first] = ["2026-01-02 02:00:00", "2026-01-01 02:00:00"].map((time) => `the moment of ${time}`);
  expect(names(await page())).toEqual([`Hold ${last}`, `Release ${first}`]);
  expect(names(await page("backup"))).toEqual([`Hold ${last}`]);
  await ask("/guests/px1%2Fweb/release", form(`at=${encodeURIComponent(at)}`));
  expect(await heldOf(api)).toEqual([]);
  // Nothing is made up: without a reason there is who it was, without a day no end.
  await ask("/guests/px1%2Fweb/hold", form(`at=${encodeURIComponent(at)}&reason=+&until=`));
  expect(await heldOf(api)).toEqual(["scsi0", "virtio1"].map((disk) => `${at} ${disk} - by of admin`));
});

test("what holds a whole image is not released with a moment, and no button says so", async () => {
  const { at, ...api } = await openTwins();
  const { ask } = api;
  await ask("/api/v1/images/px1%2Fweb%2Fscsi0/holds", { body: {} });
  const [before] = (await look(api)).moments;
  expect(before?.points.every(({ disk, hold }) => (hold !== undefined) === (disk === "scsi0"))).toBe(true);
  const release = () => ask(`${HOLDS}?at=${at}`, { method: "DELETE" });
  const image = before?.points.find(({ disk }) => disk === "scsi0")?.image;
  expect(await (await release()).json()).toMatchObject({ disks: [], stay: [{ disk: "scsi0", image }] });
  expect(await (await ask("/guests/px1%2Fweb")).text()).not.toContain("/release");
  api.world.now += 60_000;
  await ask(HOLDS, { body: { at } });
  expect(await (await release()).json()).toMatchObject({
    disks: [{ disk: "scsi0" }, { disk: "virtio1" }],
    stay: [{ disk: "scsi0" }],
  });
  expect((await heldOf(api)).every((line) => line.includes("scsi0"))).toBe(true);
});

test.each([
  ["no moment of its", { at: "2020-01-01T00:00:00Z" }, 404],
  ["a time that is none", { at: "yesterday" }, 400],
  ["a hold that is over", { at: "2026-01-01T01:00:00Z", until: "2026-01-01T01:00:00Z" }, 400],
])("%s is a problem, and nothing is held", async (_, body, status) => {
  const { at, ...api } = await openTwins();
  expect(at).toBe("2026-01-01T01:00:00.000Z");
  expect((await api.ask(HOLDS, { body })).status).toBe(status);
  expect(await heldOf(api)).toEqual([]);
});

test.each([
  "until=2027-02-31",
  "until=soon",
  "until=2026-01-01",
  `reason=${"x".repeat(201)}`,
  "at=2020-01-01T00:00:00Z",
])("a form that says %.40s is a mistake, and nothing is held", async (field) => {
  const { at, ...api } = await openTwins();
  const { status } = await api.ask("/guests/px1%2Fweb/hold", form(`at=${at}&${field}`));
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(await heldOf(api)).toEqual([]);
});
