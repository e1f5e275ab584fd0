import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { dropUnborn, holdPlace, isHeld, leavePlace, listPlaces, placeOf, takePlace, type Home } from "../src/home.ts";
import { lives, ownLife } from "../src/programs/processes.ts";

let home: Home;
beforeEach(async () => {
  const stateDir = await mkdtemp(join(tmpdir(), "backurne-home-"));
  home = { stateDir, runDir: join(stateDir, "run") };
});
afterEach(() => rm(home.stateDir, { recursive: true }));

const idsOf = async (): Promise<readonly string[]> => (await listPlaces(home)).map(({ id }) => id);
const dead = async (): Promise<string> => JSON.stringify({ ...(await ownLife()), started: "1" });

test("every mapping has a place of its own, and takes the first that is free", async () => {
  const taken = await Promise.all(Array.from({ length: 12 }, () => takePlace(home)));
  expect(new Set(taken.map(({ place }) => place.id)).size).toBe(12);
  expect(await idsOf()).toEqual(Array.from({ length: 12 }, (_, index) => `m${index + 1}`));
  await leavePlace(placeOf("m3", home));
  expect((await takePlace(home)).place.id).toBe("m3");
});

test("a place whose mount points another configuration has is passed over", async () => {
  await mkdir(join(home.runDir, "m1"), { recursive: true });
  expect((await takePlace(home)).place.id).toBe("m2");
});

test("one process holds it, and a dead one does not", async () => {
  const { place, [Symbol.asyncDispose]: release } = await takePlace(home);
  await expect(holdPlace(place)).rejects.toMatchObject({ code: "held" });
  expect(await isHeld(place)).toBe(true);
  await release();
  expect(await isHeld(place)).toBe(false);
  await mkdir(join(place.directory, "lock"));
  await writeFile(join(place.directory, "lock", "holder"), await dead());
  const tries = await Promise.allSettled([holdPlace(place), holdPlace(place), holdPlace(place)]);
  expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await readdir(place.directory)).toEqual(["lock"]);
});

test("what has gone meanwhile is not there", async () => {
  await expect(holdPlace(placeOf("m9", home))).rejects.toMatchObject({ code: "not-found" });
});

test("what was taken by one who died at it is swept, what is being taken is not", async () => {
  for (const [name, holder] of [
    ["dead", await dead()],
    ["alive", JSON.stringify(await ownLife())],
  ] as const) {
    await mkdir(join(home.stateDir, "mappings", `.new-${name}`, "lock"), { recursive: true });
    await writeFile(join(home.stateDir, "mappings", `.new-${name}`, "lock", "holder"), holder);
  }
  await dropUnborn(home);
  expect(await readdir(join(home.stateDir, "mappings"))).toEqual([".new-alive"]);
  expect(await idsOf()).toEqual([]);
});

test("a process is known by more than its number", async () => {
  const own = await ownLife();
  expect(await lives(own)).toBe(true);
  for (const other of [{ pid: 2 ** 30 }, { started: "1" }, { boot: "another" }])
    expect(await lives({ ...own, ...other })).toBe(false);
});
