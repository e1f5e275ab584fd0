import { expect, test } from "vitest";
import type { BaseMark, Moved } from "@backurne/model";
import { DAY, MiB, openArena, write, type Arena } from "../src/arena.ts";
import { openCommand } from "../src/cli.ts";
import { daily, makeHistory, readMark, setMark } from "../src/history.ts";

const TARGET = "alpha;disk;None";
const namesOf = async (arena: Arena): Promise<readonly string[]> =>
  (await arena.backupSnapshots(TARGET)).map(({ name }) => name);

/** A disk with these backups and another one, which stays: a pool that lists nothing proves nothing. */
async function openTwo(moments: ReturnType<typeof daily>, disk = "disk"): Promise<Arena> {
  const arena = await openArena([{ count: 3 }]);
  await makeHistory(arena, disk, moments);
  await arena.createImage("stays", 8 * MiB);
  return arena;
}

test("what is held on the command line does not expire until it is released", async () => {
  const arena = await openTwo(daily(6, { newest: 1, count: 3 }));
  const command = await openCommand(arena);
  const [oldest = "", second = ""] = await namesOf(arena);
  const held = await command("hold", "alpha/disk", oldest, "--until", "2096-01-01", "--reason", "audit", "--json");
  expect(JSON.parse(held.stdout)).toMatchObject({ kind: "hold", snapshot: oldest, points: 1 });
  expect(await readMark(arena, TARGET, `hold.${oldest}`)).toMatchObject({
    until: "2096-01-01T00:00:00.000Z",
    reason: "audit",
  });
  expect((await command("ls", "alpha/disk")).stdout).toMatch(/HOLD\n.* until 2096-01-01 audit\n/);

  // Seven nights of next to nothing, and then far more, by limits that fit so small a disk.
  const nights = [9, 8, 7, 6, 5, 4, 3].map((ago) => ({
    at: new Date(Date.now() - ago * DAY).toISOString(),
    bytes: 99,
  }));
  const base = (await readMark(arena, TARGET, "base")) as BaseMark;
  await setMark(arena, TARGET, "base", { ...base, volume: nights });
  arena.settings = { ...arena.settings, changeAlarm: { factor: 8, atLeast: MiB / 2, share: 0.01 } };
  await arena.change("disk", [write(0, MiB)]);
  const alarmed = await arena.backup();
  expect(alarmed.report).toMatchObject({ exit: 0, totals: { incremental: 1, removedBackup: 0 } });
  expect(alarmed.report.warnings).toMatchObject([
    { about: TARGET, message: expect.stringMatching(/^change alarm: 1 MiB/) },
  ]);
  // These nights were put in by hand, so that nobody had judged what came before tonight: it was measured now.
  const before = expect.objectContaining({ bytes: MiB }) as Moved;
  expect(((await readMark(arena, TARGET, "base")) as BaseMark).volume).toEqual([...nights, before]);
  expect((await command("ls")).stdout).toMatch(/CHANGE ALARM 1\.\dM .*held 1/);
  expect((await command("release", "disk")).stdout).toMatch(/^released .*alarm.*\nstill held .* daily/);

  expect((await arena.backup()).report).toMatchObject({ exit: 0, totals: { removedBackup: 3 } });
  expect((await namesOf(arena))[0]).toBe(oldest);
  expect(await namesOf(arena)).not.toContain(second);
  expect(await command("release", "disk", oldest)).toMatchObject({ code: 0 });
  expect(await readMark(arena, TARGET, `hold.${oldest}`)).toBeUndefined();
  expect((await arena.backup()).report).toMatchObject({ exit: 0, totals: { removedBackup: 1 } });
  expect(await namesOf(arena)).not.toContain(oldest);
  await arena.assertHonest();
});

const idsOf = async (arena: Arena): Promise<readonly string[]> => {
  const text = await arena.backupSide("trash", "ls", `--pool=${arena.pool}`, "--format", "json");
  return (JSON.parse(text || "[]") as { id: string }[]).map(({ id }) => id);
};

test("a forgotten image comes back from the trash, and is continued", async () => {
  const arena = await openTwo(daily(2, { newest: 1, count: 3 }), "scratch-disk");
  const target = "alpha;scratch-disk;None";
  const before = await arena.backupSnapshots(target);
  await using backurne = await arena.open();
  await expect(backurne.forget("scratch-disk")).rejects.toMatchObject({ code: "refused" });
  const command = await openCommand(arena); // which excludes scratch-*
  expect(await command("forget", "alpha/scratch-disk")).toMatchObject({ code: 0, stderr: "" });
  expect(await arena.backupImages()).toEqual([]);
  const listed = JSON.parse((await command("trash", "ls", "--json")).stdout) as { images: { ends: string }[] };
  expect(listed.images).toMatchObject([{ image: target, reference: "alpha/scratch-disk" }]);
  expect(Math.abs(Date.parse(listed.images[0]?.ends ?? "") - Date.now() - 7 * DAY)).toBeLessThan(DAY / 24);
  expect((await command("trash", "empty")).stdout).toBe("nothing of ours in the trash is past its time");

  expect(await command("trash", "restore", "scratch")).toMatchObject({ code: 0, stderr: "" });
  expect(await arena.backupSnapshots(target)).toEqual(before);
  expect(await readMark(arena, target, "trashed")).toBeUndefined();
  await arena.change("scratch-disk", [write(8 * MiB, 65_536)]);
  const { report } = await arena.backup();
  expect(report.jobs.find(({ subject }) => subject.disk === "scratch-disk")).toMatchObject({ mode: "incremental" });
  await arena.assertHonest();
});

test("the trash is emptied of what is ours, past its time and without clones; foreign trash stays", async () => {
  const arena = await openTwo(daily(2, { newest: 1, count: 3 }));
  arena.settings = { ...arena.settings, trashDays: 0 };
  const { pool } = arena;
  const [newest = ""] = (await namesOf(arena)).slice(-1);
  const clone = ["--rbd-default-clone-format", "2", `--dest-pool=${pool}`, "--dest=mapped"];
  await arena.backupSide("clone", `--pool=${pool}`, `--image=${TARGET}`, `--snap=${newest}`, ...clone);
  await arena.backupSide("create", `--pool=${pool}`, "--image=alpha;foreign;None", "--size", "1M");
  await arena.backupSide("trash", "mv", `--pool=${pool}`, "--image=alpha;foreign;None");
  const [foreign = ""] = await idsOf(arena);
  await using backurne = await arena.open();
  const rules = [{ path: "exclude[0]", match: { name: "disk" }, effect: "exclude" }] as const;
  const liveClusters = arena.settings.liveClusters.map((cluster) => ({ ...cluster, rules }));
  arena.settings = { ...arena.settings, liveClusters };
  await using excluding = await arena.open();
  await excluding.forget("alpha/disk");
  const [listed] = await backurne.trash();
  expect(await idsOf(arena)).toEqual(expect.arrayContaining([foreign, listed?.id]));

  // Its clone keeps it, with all its snapshots, although Ceph itself would let them go.
  const first = await arena.backup();
  expect(first.report.warnings).toEqual([{ about: TARGET, message: "stays in the trash: it has clones" }]);
  expect(await backurne.emptyTrash({ all: true })).toMatchObject({ removed: [], stay: [{ why: "it has clones" }] });
  const kept = await arena.backupSide("snap", "ls", `--pool=${pool}`, `--image-id=${listed?.id}`, "--format", "json");
  expect(JSON.parse(kept)).toHaveLength(2);
  await arena.backupSide("rm", "--no-progress", `--pool=${pool}`, "--image=mapped");

  const { report, events } = await arena.backup();
  expect(report).toMatchObject({ exit: 0, warnings: [] });
  expect(events.filter(({ kind }) => kind === "purged")).toMatchObject([{ image: TARGET, id: listed?.id }]);
  expect(await idsOf(arena)).toEqual([foreign]);
  expect(await backurne.emptyTrash({ all: true })).toMatchObject({ removed: [], stay: [] });
  expect(await idsOf(arena)).toEqual([foreign]);
});
