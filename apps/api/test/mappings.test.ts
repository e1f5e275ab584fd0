import { mapped, mappings } from "@backurne/reports/schemas";
import { expect, test } from "vitest";
import { openApi, type Api } from "./world.ts";

const MAPPINGS = "/api/v1/mappings";

async function openOnes(ask: Api["ask"]) {
  return mappings.parse(await (await ask(MAPPINGS, { as: "read" })).json()).mappings;
}

test("a backup is opened, listed and closed", async () => {
  const { ask, audited } = await openApi();
  const made = await ask(MAPPINGS, { body: { image: "alpha/disk", snapshot: "latest", for: "8h" }, as: "map" });
  const mapping = mapped.parse(await made.json());
  expect([made.status, made.headers.get("location")]).toEqual([201, `${MAPPINGS}/m1`]);
  expect(mapping).toMatchObject({ kind: "mapping", id: "m1", backups: [{ reference: "alpha/disk" }] });
  expect(Date.parse(mapping.expires ?? "") - Date.parse(mapping.since ?? "")).toBe(8 * 3_600_000);
  expect(await openOnes(ask)).toMatchObject([{ id: "m1" }]);
  const undone = await ask(`${MAPPINGS}/m1`, { method: "DELETE", as: "map" });
  expect([undone.status, await undone.json()]).toMatchObject([200, { kind: "unmapped", mappings: [{ id: "m1" }] }]);
  expect(await openOnes(ask)).toEqual([]);
  expect(audited.map(({ method, status }) => [method, status])).toEqual([
    ["POST", undefined],
    ["POST", 201],
    ["DELETE", undefined],
    ["DELETE", 200],
  ]);
});

test("several disks are opened together, a guest's all at once", async () => {
  const { ask } = await openApi();
  const body = { image: "alpha/disk", snapshot: "latest", with: ["px1/web@latest"] };
  const { backups } = mapped.parse(await (await ask(MAPPINGS, { body })).json());
  expect(backups).toHaveLength(2);
});

test("what may not be what its source was says so, whoever looks: by the image's own word", async () => {
  const { ask, world } = await openApi();
  const { metadata } = world.backup.images.get("alpha;disk;None")!;
  metadata.set("backurne.unproved", JSON.stringify({ since: "2026-01-01T00:00:00Z" }));
  metadata.set(
    "backurne.suspect",
    JSON.stringify({ snapshot: "<s1>", ranges: [], how: "full", at: "2026-01-01T00:00:00Z" }),
  );
  const doubts = [
    "it may differ from its source: a verification failed on 2026-01-01: <s1> differs from its source",
    "it was the old tool's, and never compared with its source",
  ];
  const body = { image: "alpha/disk", snapshot: "latest", with: ["px1/web@latest"] };
  const { backups } = mapped.parse(await (await ask(MAPPINGS, { body })).json());
  expect(backups.map(({ reference, doubts: own }) => [reference, own])).toEqual([
    ["alpha/disk", doubts],
    ["px1/web/scsi0", undefined],
  ]);
  expect((await openOnes(ask))[0]?.backups[0]).toMatchObject({ doubts });
  const page = await (await ask("/mappings", { as: "map", headers: { accept: "text/html" } })).text();
  expect(page).toContain("and never compared with its source");
  expect(page).not.toContain("<s1>");
});

test("whoever opens one closes those whose time is over", async () => {
  const { ask, world } = await openApi();
  const open = (rest: object) => ask(MAPPINGS, { body: { image: "alpha/disk", snapshot: "latest", ...rest } });
  await open({ for: "1h" });
  world.now += 2 * 3_600_000;
  await open({});
  expect(await openOnes(ask)).toMatchObject([{ id: "m2" }]);
});

test.each([
  ["no image", { snapshot: "latest" }, 400],
  ["an image that is not there", { image: "nowhere", snapshot: "latest" }, 404],
  ["a snapshot that is not there", { image: "alpha/disk", snapshot: "@1999" }, 404],
  ["a time that is none", { image: "alpha/disk", snapshot: "latest", for: "soon" }, 400],
  ["a time beyond all dates", { image: "alpha/disk", snapshot: "latest", for: "999999999w" }, 400],
])("%s is a problem", async (_, body, status) => {
  const { ask } = await openApi();
  expect((await ask(MAPPINGS, { body })).status).toBe(status);
});

test.each(["m0", "x", "m1%2F..", "alpha"])("%s is no mapping's id", async (id) => {
  const { ask } = await openApi();
  expect((await ask(`${MAPPINGS}/${id}`, { method: "DELETE" })).status).toBe(400);
});
