import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { expect, test, vi } from "vitest";
import { problem } from "../src/problem.ts";
import { errands } from "./errands.ts";
import { openApi } from "./world.ts";

test("every route answers by its schema", async () => {
  const { ask, scene, world, logged, mounted } = await openApi();
  await writeFile(join(mounted, "file"), "of a guest");
  await scene.backurne.precheck();
  await scene.backurne.setGuestProfiles({ cluster: "px1", vmid: 100 }, { profiles: { daily: { count: 9 } } });
  const run = ((await (await ask("/api/v1/runs", { body: {} })).json()) as { run: string }).run;
  const id = scene.verifications.start({ image: "alpha/disk", manner: "full" }).id;
  await scene.runs.close("enough");
  await scene.verifications.close("enough");
  const found: Record<string, number> = {};
  for (const { name, endpoint, method, path, body } of errands({ run, id })) {
    const response = await ask(path, { method, body });
    found[name] = response.status;
    if (endpoint.answer && response.ok) {
      const document = await response.json();
      expect(z.safeParse(endpoint.answer, document).error?.message, name).toBe(undefined);
    } else await response.text();
    world.now += 60_000;
  }
  const bad = Object.entries(found).filter(([, status]) => status >= 400);
  // A run that has ended cannot be stopped.
  expect(bad).toEqual([["delete /runs/{run}", 409]]);
  expect(logged).toEqual([]);
});

/** What is asked wrongly, and the problem that is the answer. */
const wrong: readonly (readonly [what: string, path: string, body: unknown, status: number, code: string])[] = [
  ["an image that is not there", "/api/v1/images/nowhere", undefined, 404, "not-found"],
  ["a part that fits several", "/api/v1/images/s", undefined, 400, "usage"],
  ["a path that is not there", "/api/v1/nothing", undefined, 404, "not-found"],
  ["a run that is not there", "/api/v1/runs/none", undefined, 404, "not-found"],
  ["events of a run that is not there", "/api/v1/runs/none/events", undefined, 404, "not-found"],
  ["a cluster that is not there", "/api/v1/runs", { cluster: "beta" }, 400, "usage"],
  ["a word nobody knows", "/api/v1/runs", { clustre: "alpha" }, 400, "usage"],
  ["a type that is wrong", "/api/v1/runs", { vmid: "100" }, 400, "usage"],
  ["brakes passed from afar", "/api/v1/runs", { acceptRemovals: 3 }, 400, "usage"],
  ["a hold that is over", "/api/v1/images/alpha%2Fdisk/holds", { until: "2020-01-01T00:00:00Z" }, 400, "usage"],
  ["everything verified by leaving a word out", "/api/v1/verifications", {}, 400, "usage"],
  ["policies of a guest of a plain cluster", "/api/v1/guests/alpha/1/profiles", {}, 404, "not-found"],
  ["a misspelt policy", "/api/v1/guests/px1/1/profiles", { profiles: { daily: { cuont: 3 } } }, 400, "usage"],
  ["a policy without interval", "/api/v1/simulation", { profiles: { often: { count: 3 } } }, 400, "usage"],
  ["a slot that does not fit", "/api/v1/simulation", { profiles: { weekly: { count: 3, at: ":70" } } }, 400, "usage"],
  [
    "more runs than anybody waits for",
    "/api/v1/simulation",
    { profiles: { daily: { count: 3 } }, play: { days: 3660, every: "1m" } },
    400,
    "usage",
  ],
];

test.each(wrong)("%s is a problem document", async (_, path, body, status, code) => {
  const { ask } = await openApi();
  const response = await ask(path, { body });
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const document = problem.parse(await response.json());
  expect(document).toMatchObject({ status, code, type: `urn:backurne:problem:${code}` });
  expect(response.status).toBe(status);
});

test("numbers beyond all dates are answered", async () => {
  const { ask } = await openApi();
  const profiles = { often: { count: 9_999, every: "999999999w" } };
  const history = [{ profile: "often", time: "2026-01-01T00:00:00Z" }];
  expect((await ask("/api/v1/simulation", { body: { profiles, history } })).status).toBe(200);
  const policy = { profiles: { daily: { count: 999_999_999 }, often: { count: 2, every: "999999999w" } } };
  expect((await ask("/api/v1/guests/px1/100/profiles", { body: policy })).status).toBe(200);
  expect((await ask("/api/v1/images/px1%2Fweb%2Fscsi0")).status).toBe(200);
});

test("guests are listed with their disks, and with policies of their own where somebody has set some", async () => {
  const { ask } = await openApi();
  const profiles = { daily: { count: 30 }, often: { count: 3, every: "6h" } };
  await ask("/api/v1/guests/px1/100/profiles", { body: { profiles } });
  const { guests } = (await (await ask("/api/v1/guests", { as: "read" })).json()) as { guests: unknown };
  const disk = { snapshots: 3, lastGood: "2026-01-03T01:00:00.000Z", state: "present", late: [] };
  expect(guests).toMatchObject([
    { cluster: "alpha", name: "disk", disks: [{ ...disk, image: "alpha;disk;None" }] },
    {
      cluster: "px1",
      name: "web",
      vmid: 100,
      kind: "qemu",
      ident: expect.stringMatching(/100$/),
      disks: [{ ...disk, disk: "scsi0", image: expect.stringMatching(/;scsi0;web$/) }],
      policies: { profiles, by: "bk1", at: "2026-01-04T01:00:00.000Z" },
    },
  ]);
});

test.each(["nonsense", '{"version":2,"guests":{}}', '{"version":1,"guests":[null]}'])(
  "policies in the pool that cannot be read are a problem that says where they are and what to do, and no fault of the server: %s",
  async (object) => {
    const { ask, world, logged } = await openApi();
    await world.objects.write("backurne.guests", object);
    const profiles = "/api/v1/guests/px1/100/profiles";
    for (const [path, more] of [
      ["/api/v1/guests", {}],
      [profiles, {}],
      [profiles, { body: { profiles: { daily: { count: 9 } } } }],
      [profiles, { method: "DELETE" }],
    ] as const) {
      const response = await ask(path, more);
      expect([path, problem.parse(await response.json())]).toMatchObject([
        path,
        {
          status: 502,
          code: "command",
          detail: "the object backurne.guests of the backup pool cannot be read",
          hint: expect.stringContaining("rados rm backurne.guests"),
        },
      ]);
    }
    expect(logged).toEqual([]);
    expect(await world.objects.read("backurne.guests")).toBe(object);
  },
);

test("a HEAD is answered, and leaves nothing open", async () => {
  const { ask, scene } = await openApi();
  const { run } = (await (await ask("/api/v1/runs", { body: {} })).json()) as { run: string };
  await scene.runs.close("enough");
  const follow = vi.spyOn(scene.runs, "follow");
  const response = await ask(`/api/v1/runs/${run}/events`, { method: "HEAD" });
  expect([response.status, follow.mock.calls]).toEqual([200, []]);
});

test("what is no JSON is refused, as a form of another site would be", async () => {
  const { ask } = await openApi();
  const form = { method: "POST", body: {}, headers: { "content-type": "text/plain" } };
  expect((await ask("/api/v1/runs", form)).status).toBe(415);
  expect(
    (await ask("/api/v1/runs", { ...form, headers: { "content-type": "application/json" }, body: "{" })).status,
  ).toBe(400);
});

test("an unforeseen error is told to the log, and not to who asked", async () => {
  const { ask, scene, logged } = await openApi();
  Object.assign(scene.backurne, {
    list: async () => {
      throw new TypeError("the secret of line 7");
    },
  });
  const response = await ask("/api/v1/images");
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain("secret");
  expect(String(logged.at(-1))).toContain("the secret of line 7");
});

test("a simulation says what stands, and why what goes may go", async () => {
  const { ask } = await openApi();
  const days = Array.from({ length: 12 }, (_, day) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString());
  const body = {
    profiles: { daily: { count: 7 } },
    history: days.map((time) => ({ profile: "daily", time })),
    now: "2026-01-12T12:00:00Z",
    play: { days: 3650 },
  };
  const document = (await (await ask("/api/v1/simulation", { body, as: "read" })).json()) as {
    verdicts: { keep: boolean }[];
    due: { due: boolean }[];
    played: { runs: number; most: number; left: unknown[]; standing: unknown[] };
  };
  expect(document.verdicts.map(({ keep }) => keep)).toEqual(days.map((_, day) => day >= 5));
  expect(document.due).toMatchObject([{ due: false }]);
  expect(document.played).toMatchObject({ runs: 3650, most: 8 });
  expect(document.played.standing.length).toBeLessThanOrEqual(500);
});

test("those who ask the same at once share one look", async () => {
  const { ask, world } = await openApi();
  world.calls.length = 0;
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask("/api/v1/images", { as: "read" })));
  expect(answers.every(({ ok }) => ok)).toBe(true);
  expect(world.calls.filter((call) => call.startsWith("backup inventory"))).toHaveLength(1);
  world.now += 60_000;
  await ask("/api/v1/images");
  expect(world.calls.filter((call) => call.startsWith("backup inventory"))).toHaveLength(2);
});

test("the old tool's paths answer in its shape", async () => {
  const { ask, world } = await openApi();
  const old = (stamp: string) => world.backup.rbd.createSnapshot("alpha;disk;None", `backup;daily;7;${stamp}`);
  for (const stamp of ["2018-06-01T15:44:26.072348", "2018-06-02T15:44:26"]) await old(stamp);
  const json = async (path: string) => (await ask(path, { as: "read" })).json();
  const rows = [
    { ident: "disk", disk: "disk", uuid: "alpha;disk;None" },
    { ident: "web", disk: "scsi0", uuid: expect.stringMatching(/;scsi0;web$/) },
  ];
  expect(await json("/backup/")).toEqual(rows);
  expect(await json("/backup/host/web/")).toEqual(rows.slice(1));
  expect(await json("/backup/host/nobody/")).toEqual([]);
  const points = (await json("/backup/alpha;disk;None/")) as { creation_date: string; uuid: string }[];
  expect(points.map(({ creation_date }) => creation_date)).toEqual([
    "2026-01-01 01:00:00",
    "2026-01-02 01:00:00",
    "2026-01-03 01:00:00",
    "2018-06-01 15:44:26.072348",
    "2018-06-02 15:44:26",
  ]);
  expect(points.map(({ uuid }) => uuid)).toEqual(points.map(() => expect.stringMatching(/^backup;daily;7;/)));
});
