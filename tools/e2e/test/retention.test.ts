import type { ProfileSettings } from "@backurne/model";
import { expect, test } from "vitest";
import { DAY, MiB, openArena, profile, write, type Arena } from "../src/arena.ts";
import { openCommand } from "../src/cli.ts";
import { daily, makeHistory, readMark, type Moment } from "../src/history.ts";

const HOUR = DAY / 24;

async function names(side: Promise<readonly { readonly name: string }[]>): Promise<readonly string[]> {
  return (await side).map((one) => one.name);
}

function configure(arena: Arena, profiles: readonly Partial<ProfileSettings>[]): void {
  const whole = profiles.map(profile);
  const liveClusters = arena.settings.liveClusters.map((one) => ({ ...one, profiles: whole }));
  arena.settings = { ...arena.settings, profiles: whole, liveClusters };
}

test("what is old enough goes on both sides, and nothing that is not ours", async () => {
  const arena = await openArena();
  const { names: made } = await makeHistory(arena, "disk", daily(10));
  // Another installation's base has a name like ours; an operator's has not.
  const theirs = ["backup;daily;7;2026-01-01T01:00:00.000Z", "pve-before-upgrade"];
  for (const name of theirs) await arena.live("snap", "create", "--no-progress", `${arena.pool}/disk@${name}`);
  await arena.backupSide("snap", "create", "--no-progress", `${arena.pool}/alpha;disk;None@kept for the audit`);

  const { report } = await arena.backup();
  expect(report).toMatchObject({
    exit: 0,
    refused: [],
    totals: { done: 1, incremental: 1, removedBackup: 4, removedLive: 1, failed: 0 },
  });
  const [name] = report.jobs[0]!.names;
  expect(await names(arena.liveSnapshots("disk"))).toEqual([...theirs, name]);
  const rest = made.slice(4).flat();
  expect(await names(arena.backupSnapshots("alpha;disk;None"))).toEqual([...rest, "kept for the audit", name]);
  await arena.assertHonest();
  expect((await arena.backup()).report).toMatchObject({
    exit: 0,
    totals: { planned: 0, removedBackup: 0, removedLive: 0 },
  });
});

test("max_on_live keeps so many of each profile on the live side, twins count for each of theirs", async () => {
  const arena = await openArena();
  const both = (ago: number): Moment => ({
    ago,
    names: [
      ["daily", 7],
      ["hourly", 240],
    ],
  });
  const hourly = (ago: number): Moment => ({ ago, names: [["hourly", 240]] });
  const { names: moments } = await makeHistory(arena, "disk", [
    both(2.5),
    both(1.5),
    both(0.5),
    hourly(0.3),
    hourly(0.01),
  ]);
  const backups = await arena.backupSnapshots("alpha;disk;None");
  expect(backups).toHaveLength(8);
  const stay = async (onLive: { daily: number; hourly: number }, which: readonly number[], removedLive: number) => {
    configure(arena, [
      { maxOnLive: onLive.daily },
      { name: "hourly", interval: HOUR, count: 240, maxOnLive: onLive.hourly },
    ]);
    const { report } = await arena.backup();
    expect(report).toMatchObject({
      exit: 0,
      refused: [],
      totals: { done: removedLive > 0 ? 1 : 0, removedLive, removedBackup: 0 },
    });
    expect(await names(arena.liveSnapshots("disk"))).toEqual(which.map((index) => moments[index]![0]));
  };
  await stay({ daily: 2, hourly: 2 }, [1, 2, 3, 4], 1);
  await stay({ daily: 1, hourly: 2 }, [2, 3, 4], 1);
  await stay({ daily: 1, hourly: 1 }, [2, 3, 4], 0);
  await stay({ daily: 1, hourly: 0 }, [2, 4], 1);
  await stay({ daily: 0, hourly: 1 }, [2, 4], 0); // by its twin
  await stay({ daily: 0, hourly: 0 }, [4], 1);
  expect(await arena.backupSnapshots("alpha;disk;None")).toEqual(backups);
  await arena.assertHonest();
});

test("a chain that would lose much for other reasons than time is refused; everything else goes on", async () => {
  const arena = await openArena([{}, { name: "nightly", count: 30 }]);
  await makeHistory(arena, "everyday", daily(10));
  const lowered = daily(12).map(({ ago, live }): Moment => ({ ago, live: live ?? true, names: [["nightly", 2]] }));
  await makeHistory(arena, "lowered", lowered);
  const count = async (image: string) => [
    (await arena.liveSnapshots(image)).length,
    (await arena.backupSnapshots(`alpha;${image};None`)).length,
  ];

  const first = await arena.backup();
  expect(first.report).toMatchObject({
    exit: 4,
    totals: { done: 2, incremental: 2, removedBackup: 4, removedLive: 1 },
  });
  expect(first.report.refused).toMatchObject([{ scope: "chain", subject: { disk: "lowered" } }]);
  expect(await count("everyday")).toEqual([1, 10 - 4 + 2]);
  expect(await count("lowered")).toEqual([2, 12 + 2]);
  await arena.assertHonest();

  const second = await arena.backup();
  expect(second.report).toMatchObject({
    exit: 4,
    totals: { removedBackup: 0, removedLive: 0 },
    refused: [{ scope: "chain" }],
  });
  const { removals } = second.report.refused[0]!;
  expect(removals).toBe(11);
  const wrong = await arena.backup({ acceptRemovals: removals - 1 });
  expect(wrong.report).toMatchObject({ exit: 4, totals: { removedBackup: 0, removedLive: 0 } });
  expect(await count("lowered")).toEqual([2, 14]);

  const right = await arena.backup({ acceptRemovals: removals });
  expect(right.report).toMatchObject({ exit: 0, refused: [], totals: { removedBackup: 11, removedLive: 1 } });
  expect(await count("lowered")).toEqual([1, 3]);
  expect((await arena.backup()).report).toMatchObject({ exit: 0, totals: { planned: 0 } });
  await arena.assertHonest();
});

test("what each chain may lose is too much for the pool: only everyday expiry goes on", async () => {
  const arena = await openArena([
    { name: "nightly", count: 30 },
    { name: "hourly", interval: HOUR, count: 1 },
  ]);
  const images = ["one", "two", "three"];
  const past: Moment[] = [
    ...[20, 19, 18].map((ago): Moment => ({ ago, names: [["nightly", 1]], live: false })),
    ...[5, 4].map((ago): Moment => ({ ago, names: [["hourly", 1]], live: ago === 4 })),
  ];
  await Promise.all(images.map((image) => makeHistory(arena, image, past)));
  const { report } = await arena.backup();
  expect(report).toMatchObject({ exit: 4, totals: { done: 3, incremental: 3, removedBackup: 6, removedLive: 3 } });
  expect(report.refused).toMatchObject([{ scope: "pool", removals: 9 }]);
  for (const image of images) {
    expect(await arena.liveSnapshots(image)).toHaveLength(1);
    expect(await arena.backupSnapshots(`alpha;${image};None`)).toHaveLength(5);
  }
  const accepted = await arena.backup({ acceptRemovals: 9 });
  expect(accepted.report).toMatchObject({ exit: 0, refused: [], totals: { removedBackup: 9, removedLive: 0 } });
  await arena.assertHonest();
});

test("a lowered count is re-applied on the command line: shown, refused, accepted by its number, and everyday from then on", async () => {
  const arena = await openArena();
  const command = await openCommand(arena); // keeps seven
  await makeHistory(arena, "disk", daily(14, { count: 30 }));
  const target = "alpha;disk;None";
  const points = async (): Promise<number> =>
    (await arena.backupSnapshots(target)).filter(({ name }) => name.includes(";daily;")).length;

  const shown = await command("retention", "apply", "disk", "--dry-run");
  expect(shown).toMatchObject({ code: 0, stdout: expect.stringMatching(/alpha\/disk +daily +14 +30 +7 +7 +to apply/) });
  expect(await readMark(arena, target, "counts")).toBeUndefined();
  expect(await command("retention", "apply")).toMatchObject({ code: 0 });
  const upTo = Math.max(...(await arena.backupSnapshots(target)).map(({ id }) => id));
  expect(await readMark(arena, target, "counts")).toMatchObject({ daily: { count: 7, upTo } });

  expect((await command("backup")).code).toBe(4);
  expect(await points()).toBe(15);
  const { stdout } = await command("retention", "apply", "disk", "--json");
  expect(JSON.parse(stdout)).toMatchObject({ images: [{ outcome: "unchanged" }] });
  const { stdout: plan } = await command("plan", "--json");
  const { removals } = JSON.parse(plan).refused[0] as { removals: number };
  expect(removals).toBe(8);
  expect((await command("backup", "--accept-removals", String(removals))).code).toBe(0);
  expect(await points()).toBe(7);
  expect((await command("backup")).code).toBe(0);
  await arena.assertHonest();
});

test("a cluster that cannot be reached freezes its chains; the others are backed up", async () => {
  const arena = await openArena([{ count: 2 }]);
  await makeHistory(arena, "disk", daily(6, { count: 2 }));
  const before = [await arena.liveSnapshots("disk"), await arena.backupSnapshots("alpha;disk;None")];
  const { pool } = arena;
  await arena.live("namespace", "create", `--pool=${pool}`, "--namespace=second");
  await arena.live("create", `${pool}/second/other`, "--size", `${16 * MiB}B`);
  const [alpha] = arena.settings.liveClusters;
  if (alpha?.kind !== "plain") throw new Error("the arena's cluster is plain");
  const closed = { ssh: { host: "127.0.0.1", port: 1, configFile: arena.sandbox.ssh.configFile } };
  const beta = { ...alpha, name: "beta", address: { ...alpha.address, namespace: "second" } };
  arena.settings = { ...arena.settings, liveClusters: [{ ...alpha, reach: closed }, beta] };

  const { report } = await arena.backup();
  expect(report).toMatchObject({ exit: 3, totals: { done: 1, full: 1, failed: 0, removedLive: 0, removedBackup: 0 } });
  expect(report.jobs.map((job) => job.subject.cluster)).toEqual(["beta"]);
  expect(report.failures.map((failure) => failure.about)).toEqual(["alpha"]);
  expect([await arena.liveSnapshots("disk"), await arena.backupSnapshots("alpha;disk;None")]).toEqual(before);
  expect(await arena.backupSnapshots("beta;other;None")).toHaveLength(1);

  // Reached again, the same chain expires what it may.
  arena.settings = { ...arena.settings, liveClusters: [alpha, beta] };
  const after = await arena.backup();
  expect(after.report).toMatchObject({ exit: 0, totals: { incremental: 1, removedBackup: 5, removedLive: 1 } });
  expect(await arena.backupSnapshots("alpha;disk;None")).toHaveLength(2);
  await arena.assertHonest();
});

test("changed bytes travel after an expiry as before it", async () => {
  const arena = await openArena([{ count: 2 }]);
  await makeHistory(arena, "disk", daily(5, { count: 2 }));
  expect((await arena.backup()).report).toMatchObject({ exit: 0, totals: { incremental: 1, removedBackup: 4 } });
  await arena.change("disk", [write(8 * MiB, MiB), { kind: "discard", offset: 0, length: 4 * MiB }]);
  const { report } = await arena.backup({ force: true });
  expect(report).toMatchObject({ exit: 0, totals: { incremental: 1, full: 0 } });
  expect(report.totals.bytes).toBeLessThan(2 * MiB);
  expect(await arena.backupSnapshots("alpha;disk;None")).toHaveLength(3);
  await arena.assertHonest();
});
