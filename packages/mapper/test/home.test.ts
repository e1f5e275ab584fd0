import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { dropUnborn, holdPlace, isHeld, listPlaces, placeOf, takePlace, type Home, type Place } from "../src/home.ts";
import { lives, ownLife } from "../src/programs/processes.ts";

let home: Home;
beforeEach(async () => {
  const stateDir = await mkdtemp(join(tmpdir(), "backurne-home-"));
  home = { stateDir, runDir: join(stateDir, "run") };
});
afterEach(() => rm(home.stateDir, { recursive: true }));

const idsOf = async (): Promise<readonly string[]> => (await listPlaces(home)).map(({ id }) => id);
const life = async (other = {}): Promise<string> => JSON.stringify({ ...(await ownLife()), ...other });
const lockOf = ({ directory }: Place): string => join(directory, "lock");

/** As one leaves it who died while he held it. */
async function leaveDead(lock: string): Promise<void> {
  await mkdir(lock, { recursive: true });
  await writeFile(join(lock, "somebody"), await life({ started: "1" }));
}

test("every mapping has a place of its own, and takes the first that is free", async () => {
  const taken = await Promise.all(Array.from({ length: 12 }, () => takePlace(home)));
  expect(new Set(taken.map(({ place }) => place.id)).size).toBe(12);
  expect(await idsOf()).toEqual(Array.from({ length: 12 }, (_, index) => `m${index + 1}`));
  await taken.find(({ place }) => place.id === "m3")?.leave();
  expect((await takePlace(home)).place.id).toBe("m3");
});

test("configurations of one host never have one number at the same time", async () => {
  const other = { ...home, stateDir: join(home.stateDir, "other") };
  const taken = await Promise.all(Array.from({ length: 12 }, (_, index) => takePlace(index % 2 === 0 ? home : other)));
  expect(new Set(taken.map(({ place }) => place.id)).size).toBe(12);
  expect(new Set(taken.map(({ place }) => place.room)).size).toBe(12);
});

test("who gives back what somebody else has by now takes nothing away", async () => {
  const first = await takePlace(home);
  await first.leave();
  const second = await takePlace(home);
  await first[Symbol.asyncDispose]();
  expect(second.place.id).toBe("m1");
  await expect(holdPlace(second.place)).rejects.toMatchObject({ code: "held" });
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
  await leaveDead(lockOf(place));
  const tries = await Promise.allSettled([holdPlace(place), holdPlace(place), holdPlace(place)]);
  expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(await readdir(place.directory)).toEqual(["lock"]);
  expect(await readdir(lockOf(place))).not.toContain("somebody");
});

test("it is held by one at a time, however often it is given back and taken, or its holder dies", async () => {
  const { place, [Symbol.asyncDispose]: release } = await takePlace(home);
  await release();
  let inside = 0;
  let turns = 0;
  const work = async (): Promise<void> => {
    for (let tries = 0; tries < 60; tries += 1) {
      const held = await holdPlace(place).catch(() => undefined);
      if (held === undefined) continue;
      expect((inside += 1)).toBe(1);
      expect(await isHeld(place)).toBe(true);
      expect((inside -= 1)).toBe(0);
      if ((turns += 1) % 3 === 0) await leaveDead(lockOf(place));
      await held[Symbol.asyncDispose]();
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  expect(turns).toBeGreaterThan(20);
  await using last = await holdPlace(place);
  expect(await readdir(last.place.directory)).toEqual(["lock"]);
});

test("one that goes while somebody waits for it is gone", async () => {
  const held = await takePlace(home);
  const tries = Array.from({ length: 20 }, () => holdPlace(held.place).then(String, (error: Error) => error.message));
  await held.leave();
  for (const message of await Promise.all(tries)) expect(message).toMatch(/by process|no mapping m1 any more/);
});

test("what has gone meanwhile is not there", async () => {
  await expect(holdPlace(placeOf("m9", home))).rejects.toMatchObject({ code: "not-found" });
});

test("what was taken by one who died at it is swept, what is being taken is not", async () => {
  const mappings = join(home.stateDir, "mappings");
  await leaveDead(join(mappings, ".new-dead", "lock"));
  await mkdir(join(mappings, ".new-alive", "lock"), { recursive: true });
  await writeFile(join(mappings, ".new-alive", "lock", "me"), await life());
  for (const name of [".new-yet unheld", ".new-never held", ".gone-half"]) await mkdir(join(mappings, name));
  await utimes(join(mappings, ".new-never held"), 1, 1);
  await dropUnborn(home);
  expect(await readdir(mappings)).toEqual([".new-alive", ".new-yet unheld"]);
  expect(await idsOf()).toEqual([]);
});

test("a process is known by more than its number", async () => {
  const own = await ownLife();
  expect(await lives(own)).toBe(true);
  for (const other of [{ pid: 2 ** 30 }, { started: "1" }, { boot: "another" }])
    expect(await lives({ ...own, ...other })).toBe(false);
});
