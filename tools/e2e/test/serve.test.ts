import { appendFile, readdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { MiB, openArena, write } from "../src/arena.ts";
import { openDirectory } from "../src/daemon.ts";
import { openFaults } from "../src/faults.ts";
import { readMark } from "../src/history.ts";
import { askSocket, startServer } from "../src/server.ts";
import { flipBit } from "../src/tamper.ts";
import { openUnprivileged } from "../src/unprivileged.ts";

const TARGET = "alpha;web01;None";

/** A server of somebody who is not root, on a socket of his, and a token of it that may everything. */
async function openHis() {
  const arena = await openArena();
  await arena.createImage("web01", 16 * MiB);
  await arena.change("web01", [write(0, 2 * MiB)]);
  const his = await openUnprivileged(arena);
  const created = await his.backurne("token", "create", "--scope", "admin", "--name", "e2e");
  expect(created).toMatchObject({ code: 0, stderr: "" });
  const socket = join(his.stateDir, "api.sock");
  const server = await startServer(his.config, { socket, prefix: his.prefix });
  const headers = { authorization: `Bearer ${created.stdout.trim()}`, host: "localhost" };
  const ask = async (path: string, method = "GET", body?: unknown) =>
    askSocket(socket, path, {
      method,
      headers: { ...headers, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const read = async (path: string): Promise<unknown> => {
    const { status, body } = await ask(path);
    expect([path, status]).toEqual([path, 200]);
    return JSON.parse(body);
  };
  /** A page, or a form that somebody has sent from one. */
  const browse = async (path: string, form?: string) =>
    askSocket(socket, path, {
      headers: { ...headers, accept: "text/html", ...(form !== undefined && FORM) },
      ...(form !== undefined && { method: "POST", body: form }),
    });
  const backUp = async (): Promise<unknown> => {
    const { status, headers: told } = await ask("/api/v1/runs", "POST", {});
    expect(status).toBe(202);
    const where = String(told.location);
    await ask(`${where}/events`); // until it has ended
    return read(where);
  };
  return { arena, his, socket, server, ask, read, browse, backUp };
}

/** Of a state directory. */
const CLOSED = /^(?:audit\.ndjson|tokens(?:\/.*)?|runs\/.*)$/;

const FORM = { "content-type": "application/x-www-form-urlencoded", origin: "http://localhost" };

test("a server that is not root, on a socket, does all but the mapper's part; and says what that would need", async () => {
  const { arena, his, socket, server, ask, read, browse, backUp } = await openHis();
  expect((await askSocket(socket, "/health", { headers: { host: "localhost" } })).status).toBe(200);
  expect((await askSocket(socket, "/api/v1/images", { headers: { host: "localhost" } })).status).toBe(401);

  expect(await backUp()).toMatchObject({ state: "ended", report: { exit: 0, totals: { done: 1, full: 1 } } });
  expect(await read("/api/v1/images")).toMatchObject({ images: [{ uuid: TARGET, snapshots: 2, state: "present" }] });
  expect(await read("/api/v1/guests")).toMatchObject({ guests: [{ name: "web01", disks: [{ image: TARGET }] }] });
  for (const path of ["plan", "stats", "trash", "verifications", "guests/alpha%2Fweb01"]) await read(`/api/v1/${path}`);
  expect(JSON.parse((await ask("/api/v1/check", "POST")).body)).toMatchObject({ kind: "precheck", problems: [] });
  expect(JSON.parse((await ask("/api/v1/diagnosis", "POST")).body)).toMatchObject({ kind: "diagnosis" });
  expect((await ask("/metrics")).body).toMatch(/^backurne_runs_listed 1$/m);
  for (const path of [
    "/",
    "/images/alpha%2Fweb01",
    "/guests/alpha%2Fweb01",
    "/plan",
    "/runs",
    "/findings",
    "/mappings",
  ])
    expect([path, (await browse(path)).status]).toEqual([path, 200]);

  // Opening needs root: it is refused before anything is made, in the words of whoever asks.
  expect(await read("/api/v1/mappings")).toMatchObject({ mappings: [] });
  const mapped = await ask("/api/v1/mappings", "POST", { image: "alpha/web01", snapshot: "latest" });
  expect(mapped).toMatchObject({ status: 400, headers: { "content-type": "application/problem+json" } });
  expect(JSON.parse(mapped.body)).toMatchObject({
    type: "urn:backurne:problem:usage",
    code: "usage",
    detail: expect.stringContaining("it needs root"),
    hint: "run it as root, or let `backurne mapper` do it (section mapper)",
  });
  const opened = await browse("/images/alpha%2Fweb01/map", "snapshot=latest");
  expect([opened.status, opened.body.includes("it needs root")]).toEqual([400, true]);
  expect((await arena.backupImages()).toSorted()).toEqual([TARGET]);

  expect(await server.stop()).toBe(0);
  await expect(askSocket(socket, "/health")).rejects.toThrow();
  // All that it has written is his, and nobody else's to change; who asked for what, by which token, and what runs did is not
  // for others to read either.
  const written = await readdir(his.stateDir, { recursive: true });
  for (const name of written) {
    const { uid, mode } = await stat(join(his.stateDir, name));
    const closed = CLOSED.test(name) ? 0o007 : 0o002;
    expect([name, uid, mode & closed]).toEqual([name, his.uid, 0]);
  }
  const secret = written.filter((name) => CLOSED.test(name)).map((name) => dirname(name));
  expect(secret).toEqual(expect.arrayContaining([".", "runs", "tokens"]));
  const audit = await readFile(join(his.stateDir, "audit.ndjson"), "utf8");
  expect(audit).toMatch(/"path":"\/api\/v1\/mappings".*"status":400/);
  expect(audit).toMatch(/"user":"[^"]+","method":"COMMAND","path":"token create","status":201,"made":"[0-9a-f]{12}"/);
  await arena.assertHonest();
});

test("where it may not listen it says so, and ends", async () => {
  const arena = await openArena();
  const his = await openUnprivileged(arena);
  const place = his.uid === process.getuid?.() ? "/proc" : await openDirectory("closed"); // 0700, and another's
  await appendFile(his.config, `api: { listen: "unix:${place}/api.sock" }\n`);
  const { code, stdout, stderr } = await his.backurne("serve");
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^.*cannot listen: .*\n.*api\.listen says where/);
});

test("what is held by it does not expire, what it releases does; what it compares it calls by its right name", async () => {
  const { arena, server, ask, read, browse, backUp } = await openHis();
  await backUp();
  const { points } = (await read("/api/v1/images/alpha%2Fweb01")) as { points: { uuid: string }[] };
  const [first] = points.map(({ uuid }) => uuid);
  const holds = "/api/v1/images/alpha%2Fweb01/holds";
  const until = "2096-01-01T00:00:00.000Z";
  expect((await ask(holds, "POST", { snapshot: first, until, reason: "audit" })).status).toBe(200);
  expect(await readMark(arena, TARGET, `hold.${first}`)).toMatchObject({ until, reason: "audit" });
  expect(await read("/api/v1/images/alpha%2Fweb01/explanation")).toMatchObject({
    snapshots: expect.arrayContaining([
      expect.objectContaining({ name: first, expiresBecause: "until its hold is over" }),
    ]),
  });
  expect((await ask(`${holds}?snapshot=${encodeURIComponent(String(first))}`, "DELETE")).status).toBe(200);
  expect(await readMark(arena, TARGET, `hold.${first}`)).toBeUndefined();
  // The same by forms.
  const field = `snapshot=${encodeURIComponent(String(first))}`;
  expect(await browse("/images/alpha%2Fweb01/hold", field)).toMatchObject({ status: 303 });
  expect(await readMark(arena, TARGET, `hold.${first}`)).toMatchObject({ reason: "by e2e" });
  expect(await browse("/images/alpha%2Fweb01/release", field)).toMatchObject({ status: 303 });
  expect(await readMark(arena, TARGET, `hold.${first}`)).toBeUndefined();

  // And a whole moment of the guest.
  const { moments } = (await read("/api/v1/guests/alpha%2Fweb01")) as { moments: { at: string }[] };
  const at = encodeURIComponent(String(moments[0]?.at));
  const day = await browse("/guests/alpha%2Fweb01/hold", `at=${at}&reason=upgrade&until=2096-01-01`);
  expect([day.status, day.headers.location]).toEqual([303, "/guests/alpha%2Fweb01#moment-0"]);
  const { reason, until: end } = (await readMark(arena, TARGET, `hold.${first}`)) as Record<string, string>;
  expect([reason, end?.slice(0, 4)]).toEqual(["upgrade, by e2e", expect.stringMatching(/^209[56]$/)]);
  const whole = await ask(`/api/v1/guests/alpha%2Fweb01/holds?at=${at}`, "DELETE");
  expect(JSON.parse(whole.body)).toMatchObject({
    kind: "guest-release",
    disks: [{ image: TARGET, snapshot: first }],
    stay: [],
  });
  expect(await readMark(arena, TARGET, `hold.${first}`)).toBeUndefined();

  const verify = async () => {
    const begun = await ask("/api/v1/verifications", "POST", { image: "alpha/web01" });
    const where = String(begun.headers.location);
    const told = (await ask(`${where}/events`)).body.trimEnd().split("\n\n"); // until it has ended
    expect(told.filter((one) => one.startsWith("event: event"))).toHaveLength(3);
    expect(told.at(-1)).toMatch(/^event: report\n/);
    return read(where);
  };
  expect(await verify()).toMatchObject({ state: "ended", report: { exit: 0 } });
  // A bit flips on the way, in a run that does not look.
  const { env, set, struck } = await openFaults();
  await set(flipBit(MiB + 5000));
  await arena.change("web01", [write(MiB, 8192)]);
  arena.settings = { ...arena.settings, verifySent: false };
  await arena.backup({ force: true }, { env });
  expect(await struck()).toBe(1);
  expect(await verify()).toMatchObject({
    state: "ended",
    report: { exit: 13, images: [{ outcome: "different", image: TARGET }] },
  });
  expect(await read("/api/v1/images/alpha%2Fweb01")).toMatchObject({
    image: { suspect: expect.stringContaining("differs from its source") },
    explanation: {
      snapshots: expect.arrayContaining([
        expect.objectContaining({ name: first, expiresBecause: expect.stringContaining("starts a new generation") }),
      ]),
    },
  });
  expect(await server.stop()).toBe(0);
});
