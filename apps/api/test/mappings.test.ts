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
