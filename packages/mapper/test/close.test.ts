import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createExecutor } from "@backurne/exec";
import type { MappedBackup } from "@backurne/model";
import { afterEach, beforeEach, expect, test } from "vitest";
import { closeAll } from "../src/close.ts";
import { holdPlace, placeOf, takePlace } from "../src/home.ts";
import { beginJournal } from "../src/journal.ts";
import { listMappings } from "../src/list.ts";
import { ownLife } from "../src/programs/processes.ts";
import { createNames, type Site } from "../src/site.ts";
import type { Entry } from "../src/story.ts";
import { sweepExpired } from "../src/sweep.ts";

let dir: string;
let site: Site;
/** Its image was renamed since it was mapped. */
const PARENT = { pool: "p", image: "renamed", snapshot: "s" };
const CLONE = { id: "1", size: 1, object_size: 1, features: [], flags: [], parent: PARENT };

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "backurne-close-"));
  // The only program there is: whatever else is run for it fails.
  const answers = `children*) echo "[]";; info*) echo '${JSON.stringify(CLONE)}';;`;
  await writeFile(join(dir, "rbd"), `#!/bin/sh\necho "$*" >>${dir}/asked\ncase "$*" in ${answers} esac\n`);
  await chmod(join(dir, "rbd"), 0o755);
  site = {
    stateDir: join(dir, "state"),
    runDir: join(dir, "run"),
    executor: createExecutor({ env: { PATH: dir } }),
    address: { pool: "p", namespace: "" },
    host: "h",
    by: "root",
    now: () => Date.parse("2026-11-02T12:00:00.000Z"),
  };
});
afterEach(() => rm(dir, { recursive: true }));

const asked = async (): Promise<readonly string[]> =>
  (await readFile(join(dir, "asked"), "utf8").catch(() => "")).split("\n").filter(Boolean);

const backup: MappedBackup = { reference: "a", image: "i", snapshot: "s", creation: "2026-11-01T00:00:00.000Z" };

/** As a process leaves it that has ended. */
async function leaveJournal(boot: string, expires: string, entries: readonly Entry[]): Promise<void> {
  await using held = await takePlace(site);
  const { id, directory, room } = held.place;
  const rest = { uuid: "u", boot, room, backups: [backup], by: "root", since: "2026-11-02T00:00:00.000Z", expires };
  await using journal = await beginJournal(directory, { version: 1, id, ...rest });
  for (const entry of entries) await journal.write(entry);
}

const opened = (step: number, layer: string, record: object): readonly Entry[] => [
  { kind: "opening", step, layer, record },
  { kind: "opened", step },
];

test("of what was mapped before a reboot nothing is touched but the clone", async () => {
  const mark = { id: "m1", image: "i", snapshot: "s", host: "h", since: "2026-11-02T00:00:00.000Z" };
  await leaveJournal("before", "2026-11-02T13:00:00.000Z", [
    ...opened(1, "room", { at: "/" }),
    ...opened(2, "disk", { clone: "restore-1", name: "disk", mark }),
    ...opened(3, "filesystem", { device: "/dev/nbd0", type: "ext4", at: "/" }), // somebody else's by now, and mounted
    { kind: "ready" },
  ]);
  expect(await listMappings(site)).toMatchObject([
    { id: "m1", state: "differs", differences: ["this host was booted again since: nothing of it is open"] },
  ]);
  await using held = await holdPlace(placeOf("m1", site));
  await closeAll(held, { site, emit: () => {}, unique: createNames() });
  const words = (await asked()).map((line) => line.replaceAll(/ --(?!image)\S+( json)?/g, ""));
  expect(words).toEqual([
    "info --image=restore-1",
    "rm --image=restore-1",
    "children --image=renamed",
    "snap unprotect --image=renamed",
  ]);
  expect(await listMappings(site)).toEqual([]);
});

test.each(["before its journal", "behind the header"])(
  "killed when it had only taken its place, %s: unmap and sweep give back the number, too",
  async (when) => {
    const { boot } = await ownLife();
    const leave = async (): Promise<void> => {
      if (when === "behind the header") await leaveJournal(boot, "2026-11-02T11:00:00.000Z", []);
      else await (await takePlace(site))[Symbol.asyncDispose]();
    };
    await leave();
    {
      await using held = await holdPlace(placeOf("m1", site));
      await closeAll(held, { site, emit: () => {}, unique: createNames() });
    }
    await leave();
    expect(await sweepExpired(site)).toEqual([]);
    expect(await readdir(site.runDir)).toEqual([]);
    await using next = await takePlace(site);
    expect(next.place.id).toBe("m1");
  },
);

test("what was used has gone with what was in it: its number may be another configuration's by then", async () => {
  const { boot } = await ownLife();
  await leaveJournal(boot, "2026-11-02T11:00:00.000Z", [
    { kind: "opening", step: 1, layer: "room", record: { at: join(dir, "elsewhere") } },
    { kind: "closed", step: 1 },
  ]);
  expect(await sweepExpired(site)).toEqual([]);
  expect(await readdir(site.runDir)).toEqual(["m1"]);
});

test("the sweep takes what has expired and what never was a mapping, and nothing that it cannot read", async () => {
  const { boot } = await ownLife();
  await leaveJournal(boot, "2026-11-02T11:00:00.000Z", []);
  await leaveJournal(boot, "2026-11-02T13:00:00.000Z", [{ kind: "ready" }]);
  for (const [id, text] of Object.entries({
    m3: undefined,
    m4: '{"version":1,"i',
    m5: '{"version":2}\n',
    m6: "{}\n",
  })) {
    await mkdir(join(placeOf(id, site).directory, "lock"), { recursive: true });
    if (text !== undefined) await writeFile(join(placeOf(id, site).directory, "journal"), text);
  }
  await using opening = await takePlace(site); // whose journal is to come
  expect(opening.place.id).toBe("m7");
  expect(await sweepExpired(site)).toEqual([]);
  expect((await readdir(join(site.stateDir, "mappings"))).toSorted()).toEqual(["m2", "m5", "m6", "m7"]);
  const listed = await listMappings(site);
  expect(listed.map(({ id, state }) => `${id} ${state}`)).toEqual(["m2 ok", "m5 unreadable", "m6 unreadable"]);
  await using held = await holdPlace(placeOf("m5", site));
  const journal = join(site.stateDir, "mappings", "m5", "journal");
  await expect(closeAll(held, { site, emit: () => {}, unique: createNames() })).rejects.toMatchObject({
    message: `m5 cannot be undone: its journal was written by another version of backurne (format 2) (${journal})`,
    hint: "unmap it with that",
  });
});
