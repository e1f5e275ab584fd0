import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createExecutor } from "@backurne/exec";
import { MAPPING } from "@backurne/model";
import { openDevices, openPool, type RbdPool, type Run } from "@backurne/rbd";
import { expect, test } from "vitest";
import { MiB, openArena, write, type Arena } from "../src/arena.ts";
import { daily, makeHistory } from "../src/history.ts";
import { openShim } from "../src/shim.ts";
import { makeClient } from "../src/storages.ts";

const TARGET = "alpha;disk;None";
const CLONE = "restore-of-a-test";

/** What `map` does in the cluster, as its disk layer does it; devices are for the tests of the guest. */
interface Hand {
  readonly pool: RbdPool;
  clone(snapshot: string): Promise<void>;
  protect(snapshot: string): Promise<string>;
  unmap(snapshot: string): Promise<void>;
}

async function openHand(arena: Arena): Promise<Hand> {
  const { sandbox, pool: name } = arena;
  const client = await makeClient({ cluster: sandbox.backup, pool: name }); // of that pool alone
  const address = { pool: name, namespace: "", ...client };
  const executor = createExecutor({ env: process.env });
  const run: Run = (command, _lane, input) => executor.run([command], { input });
  const pool = openPool({ address, run, place: "here" });
  return {
    pool,
    async clone(snapshot) {
      await openDevices({ address, run }).clone(TARGET, snapshot, CLONE);
      await pool.setMetadata(CLONE, MAPPING, JSON.stringify({ id: "m1", image: TARGET, snapshot, host: "h" }));
    },
    protect: (snapshot) => pool.protect(TARGET, snapshot),
    async unmap(snapshot) {
      await pool.remove(CLONE);
      if ((await pool.children(TARGET, snapshot))?.length === 0) await pool.unprotect(TARGET, snapshot);
    },
  };
}

/** Five points, of which a run lets two go. */
async function openExpiring() {
  const arena = await openArena([{ count: 3 }]);
  await makeHistory(arena, "disk", daily(5, { newest: 1 / 8, count: 3 }));
  await arena.createImage("stays", 8 * MiB);
  const namesOf = async () => (await arena.backupSnapshots(TARGET)).map(({ name }) => name);
  const [oldest = ""] = await namesOf();
  return { arena, oldest, namesOf, hand: await openHand(arena), shim: await openShim() };
}

/** A run that stands right before it removes the oldest point, of which a clone has just been made. */
async function cloneBeforeRemoval() {
  const opened = await openExpiring();
  const { arena, oldest, namesOf, hand, shim } = opened;
  const before = await namesOf();
  const point = await shim.hold({ when: "before", pattern: `snap rm.*${oldest}` });
  const running = arena.backup({}, { env: shim.env });
  await point.reached;
  await hand.clone(oldest);
  return { ...opened, before, point, running };
}

test("mapped when a run is about to remove the snapshot: it stays, the run says so and goes on", async () => {
  const { arena, oldest, namesOf, hand, before, point, running } = await cloneBeforeRemoval();
  expect(await hand.protect(oldest)).toBe("protected");
  expect(await hand.protect(oldest)).toBe("protected"); // for a second one who looks into it
  await point.go();
  const { report } = await running;
  expect(report).toMatchObject({ exit: 0, totals: { removedBackup: 1, failed: 0 } });
  expect(report.warnings).toMatchObject([{ about: TARGET, message: expect.stringContaining(oldest) }]);
  expect(await namesOf()).toEqual([oldest, ...before.slice(2)]);

  await using backurne = await arena.open();
  const { findings } = await backurne.examine();
  expect(findings.filter(({ about }) => about.includes(oldest))).toEqual([]);
  const fix = { kind: "unprotect", image: TARGET, snapshot: oldest } as const;
  expect(await backurne.mend(fix)).toMatchObject({ outcome: "left alone", because: "clones hang on it" });

  expect(await hand.pool.children(TARGET, oldest)).toEqual([`${arena.pool}/${CLONE}`]);
  await hand.unmap(oldest);
  expect((await arena.backup()).report).toMatchObject({ exit: 0, totals: { removedBackup: 1 }, warnings: [] });
  expect(await namesOf()).toEqual(before.slice(2));
});

test("a run that removes the snapshot in the midst of it is seen, and nothing stays of the clone", async () => {
  const { arena, oldest, namesOf, hand, before, point, running } = await cloneBeforeRemoval();
  await point.go();
  expect((await running).report).toMatchObject({ exit: 0, totals: { removedBackup: 2 } });
  expect(await hand.protect(oldest)).toBe("absent");
  await hand.unmap(oldest);
  expect(await namesOf()).toEqual(before.slice(2));
  expect(await arena.backupImages()).not.toContain(CLONE);
  expect(await hand.pool.children(TARGET, oldest)).toBeUndefined();
  expect(await hand.pool.children("nothing", oldest)).toBeUndefined();
  expect(await hand.pool.protect("nothing", oldest)).toBe("absent");
});

test("mapped while the next backup is received into the same image", async () => {
  const { arena, oldest, hand, shim } = await openExpiring();
  await arena.change("disk", [write(0, 8 * MiB)]);
  const point = await shim.holdImport(2 * MiB);
  const running = arena.backup({ force: true }, { env: shim.env });
  await point.reached;
  await hand.clone(oldest);
  expect(await hand.protect(oldest)).toBe("protected");
  await point.go();
  expect((await running).report).toMatchObject({ exit: 0, totals: { incremental: 1 } });
  await hand.unmap(oldest);
  await arena.assertHonest();
});

test("an image of which something is mapped does not go into the trash", async () => {
  const { arena, oldest, hand } = await openExpiring();
  await hand.clone(oldest);
  await hand.protect(oldest);
  const rules = [{ path: "exclude[0]", match: { name: "disk" }, effect: "exclude" }] as const;
  const [alpha] = arena.settings.liveClusters;
  arena.settings = { ...arena.settings, liveClusters: [{ ...alpha!, rules }] };
  await using backurne = await arena.open();
  await expect(backurne.forget("alpha/disk")).rejects.toMatchObject({
    code: "refused",
    message: expect.stringContaining(`${oldest} is protected`),
  });
  await hand.unmap(oldest);
  expect(await backurne.forget("alpha/disk")).toMatchObject({ points: 5 });
});

test.skipIf(process.getuid?.() !== 0)(
  "renamed while it is mapped: it is known as mapped, and unmap lets it expire",
  async () => {
    const { arena, oldest, hand } = await openExpiring();
    await using state = await openState(arena);
    await hand.clone(oldest);
    await hand.protect(oldest);
    await arena.live("snap", "purge", "--no-progress", `${arena.pool}/disk`);
    await arena.live("rm", "--no-progress", `${arena.pool}/disk`);
    await arena.createImage("disk", 8 * MiB); // another one under its name: the old one's chain is closed
    await arena.backup({ force: true });
    const closed = (await arena.backupImages()).find((image) => image.startsWith("closed-")) ?? "";
    const isProtected = async () => (await hand.pool.snapshots(closed))?.find(({ name }) => name === oldest)?.protected;
    expect(await isProtected()).toBe(true);

    await using backurne = await arena.open();
    expect((await backurne.examine()).findings.filter(({ about }) => about.includes(oldest))).toEqual([]);
    await state.leave({
      clone: CLONE,
      name: "disk",
      mark: { id: "m1", image: TARGET, snapshot: oldest, host: "h", since: "" },
    });
    await backurne.unmap({ image: "m1" });
    expect(await arena.backupImages()).not.toContain(CLONE);
    expect(await isProtected()).toBeUndefined();
  },
);

/** Where that arena's mappings are kept; one is left there as after a reboot, when all of it is gone but its clone. */
async function openState(arena: Arena) {
  const stateDir = await mkdtemp(join(tmpdir(), "backurne-mapped-"));
  arena.settings = { ...arena.settings, stateDir };
  return {
    async leave(record: object) {
      const place = join(stateDir, "mappings", "m1");
      await mkdir(place, { recursive: true });
      const header = {
        version: 1,
        id: "m1",
        uuid: "u",
        boot: "before",
        room: "/nowhere",
        backups: [],
        by: "root",
        since: "",
      };
      const lines = [header, { kind: "opening", step: 1, layer: "disk", record }];
      await writeFile(join(place, "journal"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    },
    [Symbol.asyncDispose]: () => rm(stateDir, { recursive: true }),
  };
}
