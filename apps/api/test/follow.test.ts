import { appendFile, mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunEvent } from "@backurne/model";
import { DAY } from "@backurne/simulation";
import { expect, test, vi } from "vitest";
import { z } from "zod";
import { run as runDocument } from "../src/documents.ts";
import { follow, type Message } from "./follower.ts";
import { HOST, openApi, type Api } from "./world.ts";

/** A run that waits in its first transfer until it is let go. */
async function startHeldUp(): Promise<Api & { readonly run: string; readonly go: () => void }> {
  const api = await openApi();
  api.world.now += DAY;
  const gate = Promise.withResolvers<void>();
  let first = true;
  api.world.before = (call) => {
    if (!first || !call.includes("createSnapshot")) return undefined;
    first = false;
    return gate.promise;
  };
  const response = await api.ask("/api/v1/runs", { body: { cluster: "alpha" }, as: "backup" });
  const { run } = (await response.json()) as { run: string };
  expect([response.status, response.headers.get("location")]).toEqual([202, `/api/v1/runs/${run}`]);
  return { ...api, run, go: gate.resolve };
}

const kindsOf = (told: readonly Message[]) =>
  told.map(({ event, data }) => (event === "event" ? (JSON.parse(data) as RunEvent).kind : event));

test("a run is followed live, from its beginning to its report; who comes back goes on where he was", async () => {
  const api = await startHeldUp();
  const path = `/api/v1/runs/${api.run}`;
  expect(await (await api.ask(path)).json()).toMatchObject({ state: "running", progress: { jobs: { total: 1 } } });
  const followers = [follow(api, `${path}/events`), follow(api, `${path}/events`)];
  const early = await follow(api, `${path}/events`, { enough: (all) => all.some(({ event }) => event === "progress") });
  expect(kindsOf(early).slice(0, 2)).toEqual(["plan", "run-started"]);
  const last = early.findLast(({ id }) => id !== undefined)?.id ?? "";
  const there = Promise.withResolvers<void>();
  const later = follow(api, `${path}/events`, { headers: { "last-event-id": last }, onTold: there.resolve });
  await there.promise;
  api.go();
  const [one = [], other = []] = await Promise.all(followers);
  const events = one.filter(({ event }) => event === "event");
  expect(kindsOf(events)).toEqual(expect.arrayContaining(["job-started", "transfer-ended", "job-ended", "run-ended"]));
  expect(events).toEqual(other.filter(({ event }) => event === "event"));
  expect(events.map(({ id }) => Number(id))).toEqual(events.map((_, index) => index));
  expect(one.at(-1)).toMatchObject({ event: "report" });
  expect((await later).filter(({ id }) => id !== undefined).map(({ id }) => id)).toEqual(
    events.slice(Number(last) + 1).map(({ id }) => id),
  );
  expect(await (await api.ask(path)).json()).toMatchObject({
    state: "ended",
    exit: 0,
    report: { totals: { done: 1 } },
  });
});

test("whoever looks once a run is over sees what it has done", async () => {
  const api = await startHeldUp();
  const points = async () => {
    const { points: all } = (await (await api.ask("/api/v1/images/alpha%2Fdisk")).json()) as { points: unknown[] };
    return all.length;
  };
  const before = await points();
  api.go();
  await vi.waitUntil(() => !api.scene.runs.isGoing(api.run), 30_000);
  expect(await points()).toBe(before + 1);
});

test("who follows is told no more once his token is revoked", async () => {
  const api = await startHeldUp();
  const begun = Promise.withResolvers<void>();
  const following = follow(api, `/api/v1/runs/${api.run}/events`, { onTold: begun.resolve });
  await begun.promise;
  await api.scene.tokens.revoke(api.tokens.read.split("_")[1] ?? "");
  api.go();
  expect(kindsOf(await following)).not.toContain("report");
  expect(api.scene.ceilings.followers.inside).toBe(0);
});

test("who follows by a session is told no more once he has left", async () => {
  const api = await startHeldUp();
  const ours = { origin: `http://${HOST}` };
  const form = { ...ours, "content-type": "application/x-www-form-urlencoded" };
  const entered = await api.ask("/login", {
    as: null,
    method: "POST",
    headers: form,
    form: `token=${api.tokens.read}`,
  });
  const [cookie = ""] = entered.headers.get("set-cookie")?.split(";", 1) ?? [];
  const begun = Promise.withResolvers<void>();
  const path = `/api/v1/runs/${api.run}/events`;
  const following = follow(api, path, { as: null, headers: { cookie }, onTold: begun.resolve });
  await begun.promise;
  expect((await api.ask("/logout", { as: null, method: "POST", headers: { ...ours, cookie } })).status).toBe(303);
  api.go();
  expect(kindsOf(await following)).not.toContain("report");
  expect(api.scene.ceilings.followers.inside).toBe(0);
});

test("a run is stopped, by whom its report says; one that has ended cannot be", async () => {
  const api = await startHeldUp();
  const path = `/api/v1/runs/${api.run}`;
  expect((await api.ask(path, { method: "DELETE", as: "read" })).status).toBe(403);
  expect((await api.ask(path, { method: "DELETE", as: "backup" })).status).toBe(202);
  api.go();
  const told = await follow(api, `${path}/events`);
  expect(JSON.parse(told.at(-1)?.data ?? "")).toMatchObject({ exit: 130 });
  expect(told.map(({ data }) => data).join()).toContain("stopped by of backup");
  expect((await api.ask(path, { method: "DELETE", as: "backup" })).status).toBe(409);
});

test("a run has ended once it has its report, however long it takes to tell of it", async () => {
  const api = await startHeldUp();
  const path = `/api/v1/runs/${api.run}`;
  const told = Promise.withResolvers<readonly []>();
  Object.assign(api.outlet, { close: () => told.promise });
  const following = follow(api, `${path}/events`);
  api.go();
  expect((await following).at(-1)).toMatchObject({ event: "report" });
  expect(await (await api.ask(path)).json()).toMatchObject({
    state: "ended",
    exit: 0,
    report: { totals: { done: 1 } },
  });
  expect(await (await api.ask(`/runs/${api.run}`)).text()).toMatch(/<span class="chip good"\s*>done<\/span\s*>/);
  expect((await api.ask(path, { method: "DELETE", as: "backup" })).status).toBe(409);
  expect(await (await api.ask("/metrics")).text()).toMatch(/^backurne_runs_in_progress 0$/m);
  const { runs } = (await (await api.ask("/api/v1/runs")).json()) as { runs: object[] };
  expect(runs).toMatchObject([{ run: api.run, state: "ended" }]);
  told.resolve([]);
  await api.scene.runs.close("enough");
});

test("so many runs go on at once, and no more; closing stops them all", async () => {
  const api = await openApi();
  const gate = Promise.withResolvers<void>();
  api.world.before = (call) => (call.startsWith("alpha inventory") ? gate.promise : undefined);
  const start = async () => (await api.ask("/api/v1/runs", { body: { cluster: "alpha" } })).status;
  const statuses = [];
  for (let count = 0; count < 5; count += 1) statuses.push(await start());
  expect(statuses).toEqual([202, 202, 202, 202, 409]);
  const closed = api.scene.runs.close("the server stops");
  gate.resolve();
  await closed;
  const { runs } = (await (await api.ask("/api/v1/runs")).json()) as { runs: { state: string; exit: number }[] };
  expect(runs.map(({ state, exit }) => [state, exit])).toEqual(Array.from({ length: 4 }, () => ["ended", 130]));
});

test("a run of another process is followed by its file, and cannot be stopped from here", async () => {
  const api = await openApi();
  const directory = join(api.scene.settings.stateDir, "runs");
  const file = join(directory, "elsewhere.ndjson");
  await mkdir(directory, { recursive: true });
  const at = "2026-01-04T00:00:00.000Z";
  const line = (value: unknown): string => `${JSON.stringify(value)}\n`;
  await writeFile(file, line({ kind: "run-started", at, run: "elsewhere", host: "bk2", version: "0" }));
  expect(await (await api.ask("/api/v1/runs")).json()).toMatchObject({ runs: [{ run: "elsewhere", state: "open" }] });
  expect((await api.ask("/api/v1/runs/elsewhere", { method: "DELETE" })).status).toBe(409);
  const begun = Promise.withResolvers<void>();
  const following = follow(api, "/api/v1/runs/elsewhere/events", { onTold: begun.resolve });
  await begun.promise;
  const half = line({ kind: "warning", at, about: "x", message: "slow" });
  await appendFile(file, half.slice(0, 20));
  await appendFile(file, half.slice(20) + line({ kind: "run-ended", at }) + line({ kind: "report", run: "elsewhere" }));
  const told = await following;
  expect(told[1]?.event).toBe("progress");
  const kinds = kindsOf(told).filter((kind) => kind !== "progress");
  expect(kinds).toEqual(["run-started", "warning", "run-ended", "report"]);
});

test("a run of cron is shown while its file shows that it lives, and not as one that has an outcome", async () => {
  const { ask, scene, world } = await openApi();
  const directory = join(scene.settings.stateDir, "runs");
  const file = join(directory, "elsewhere.ndjson");
  const at = new Date(world.now).toISOString();
  const plan = await scene.backurne.plan({ force: true });
  const [job] = plan.jobs;
  const lines = [
    { ...plan, at },
    { kind: "run-started", at, run: "elsewhere", host: "bk1", version: "0" },
    { kind: "job-started", at, job: job?.id, subject: job?.subject },
    { kind: "job-ended", at, job: job?.id, subject: job?.subject, outcome: "done", milliseconds: 1, bytes: 7 },
  ];
  await mkdir(directory, { recursive: true });
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const show = async (seconds: number) => {
    await utimes(file, world.now / 1000, world.now / 1000);
    world.now += seconds * 1000;
    return Promise.all(["/", "/runs", "/runs/elsewhere"].map(async (path) => (await ask(path)).text()));
  };
  const [first, list, own] = await show(60);
  for (const page of [first, own]) {
    expect(page).toContain('data-run="elsewhere"');
    expect(page).toMatch(/1 disk of 2,/);
  }
  for (const page of [first, list, own]) expect(page).toContain("goes on elsewhere");
  expect(own).not.toContain("<h2>Disks</h2>");
  expect(own).not.toContain("/stop");
  const document = (await (await ask("/api/v1/runs/elsewhere")).json()) as object;
  expect(document).toMatchObject({ state: "open", progress: { jobs: { ended: 1, total: 2 } } });
  expect(z.safeParse(runDocument, document).error?.message).toBe(undefined);
  const [later, listed, dead] = await show(2 * 3600);
  for (const page of [later, dead]) expect(page).not.toContain("data-run=");
  for (const page of [listed, dead]) expect(page).toContain("no end seen");
  expect(dead).toContain("<h2>Disks</h2>");
});

test("runs that cannot be read are said to be there, beside those that can", async () => {
  const api = await startHeldUp();
  const directory = join(api.scene.settings.stateDir, "runs");
  await mkdir(join(directory, "other.ndjson")); // as good as one of another user: root may read those
  const words = /cannot read the runs of this host: .*have to be the same user/;
  expect(await (await api.ask("/api/v1/runs")).json()).toMatchObject({
    runs: [{ run: api.run, state: "running" }],
    trouble: expect.stringMatching(words),
  });
  const found = await api.ask("/api/v1/runs/other");
  expect([found.status, await found.json()]).toMatchObject([500, { hint: expect.stringContaining("the same user") }]);
  for (const path of ["/", "/runs"]) {
    const text = await (await api.ask(path)).text();
    expect([path, text]).toEqual([path, expect.stringMatching(words)]);
    expect(text).toContain(`/runs/${api.run}`);
  }
  expect(await (await api.ask("/metrics")).text()).toMatch(/^backurne_runs_listed 0$/m);
  api.go();
  await vi.waitUntil(() => !api.scene.runs.isGoing(api.run), 30_000);
});

test.each(["..%2f..%2fcheck", ".", "a%2fb", "%00"])(
  "no run is looked for outside of where runs are: %s",
  async (run) => {
    const { ask } = await openApi();
    expect([400, 404]).toContain((await ask(`/api/v1/runs/${run}`)).status);
    expect([400, 404]).toContain((await ask(`/api/v1/runs/${run}/events`)).status);
  },
);
