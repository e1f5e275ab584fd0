import type { House } from "@backurne/engine";
import { describe, expect, test } from "vitest";
import { backUp, DAY, guest, HOUR, meanwhile, openWorld, profile, type World } from "../src/index.ts";

// One host has looked, and then another, or a person, changes what it saw before it takes its lease.

const TARGET = "alpha;disk;None";

function begin(...profiles: readonly Parameters<typeof profile>[0][]): World {
  const world = openWorld({ profiles: profiles.map(profile) });
  for (const image of ["disk", "other"]) world.live("alpha").add(image);
  return world;
}

const lateHost = (world: World, happens: () => Promise<unknown>) =>
  world.host("bk1", { objects: meanwhile(world.objects, happens) });

test("a point that somebody removes meanwhile never lets the last one go", async () => {
  const world = begin({ count: 1 });
  await backUp(world.host("bk1"));
  world.now += 25 * HOUR;
  await backUp(world.host("bk1"), { cleanup: "none" });
  world.now += 4 * HOUR;
  const [older, newer] = world.backup.points(TARGET);
  const remove = async (): Promise<void> => void world.backup.images.get(TARGET)?.snapshots.delete(newer ?? "");
  const { report } = await backUp(lateHost(world, remove));
  // It was to go because a newer one stood there.
  expect(world.backup.points(TARGET)).toEqual([older]);
  expect(world.live("alpha").points("disk")).toContain(older);
  expect(report).toMatchObject({ exit: 0, failures: [] });
});

test("a guest that another host renames and backs up meanwhile does not get a second chain", async () => {
  const web = guest(100, "old");
  const world = openWorld({ profiles: [profile({})], proxmox: { px1: [web] } });
  await backUp(world.host("bk1"));
  world.now += DAY;
  web.name = "new";
  const renameFirst = async (): Promise<void> => {
    const { report } = await backUp(world.host("bk2"));
    expect(report).toMatchObject({ exit: 0, totals: { incremental: 1 } });
    world.now += 5_000;
  };
  const { report } = await backUp(lateHost(world, renameFirst));
  expect(report).toMatchObject({ exit: 0, failures: [], totals: { full: 0, incremental: 0 } });
  const [chain = "", ...others] = world.backup.images.keys();
  expect(chain).toMatch(/;scsi0;new$/);
  expect(others).toEqual([]);
  expect(world.backup.points(chain)).toHaveLength(2);
  world.now += DAY;
  const next = await backUp(world.host("bk1"));
  expect(next.report).toMatchObject({ exit: 0, totals: { full: 0, incremental: 1 } });
});

test("twins that another host is just making are seen: no second snapshot is taken", async () => {
  const world = begin({ name: "daily" }, { name: "hourly", interval: HOUR, count: 24 });
  await backUp(world.host("bk1"));
  world.now += DAY;
  const atTwin = Promise.withResolvers<void>();
  const mayGoOn = Promise.withResolvers<void>();
  const slow = {
    ...world.backup.rbd,
    async createSnapshot(image: string, name: string) {
      if (name.includes(";hourly;")) {
        atTwin.resolve();
        await mayGoOn.promise;
      }
      return world.backup.rbd.createSnapshot(image, name);
    },
  };
  const other = backUp(world.host("bk2", { backup: slow }));
  await atTwin.promise;
  world.now += 1_500;
  const otherEnds = async (): Promise<void> => {
    mayGoOn.resolve();
    await other;
  };
  const { report } = await backUp(lateHost(world, otherEnds));
  expect((await other).report).toMatchObject({ exit: 0, totals: { incremental: 2 } });
  expect(report).toMatchObject({ exit: 0, failures: [], totals: { full: 0, incremental: 0 } });
  expect(world.live("alpha").points("disk")).toHaveLength(1);
  const profiles = world.backup.points(TARGET).map((name) => name.split(";")[1]);
  expect(profiles).toEqual(["daily", "hourly", "daily", "hourly"]);
});

const GONE = ["gone", "back", "back, and gone again"] as const;
test.each(GONE)("a source that counted as gone fades; not when it is back meanwhile: %s", async (what) => {
  const isBack = what !== "gone";
  const world = begin({ count: 3 });
  for (let night = 0; night < 5; night += 1) {
    await backUp(world.host("bk1"));
    world.now += DAY;
  }
  const { images } = world.live("alpha");
  const disk = images.get("disk");
  images.delete("disk");
  for (let night = 0; night < 2; night += 1) {
    await backUp(world.host("bk1"));
    world.now += DAY;
  }
  world.now += 3 * DAY; // the next look is the one that confirms it, and everything is old by then
  let standing = world.backup.points(TARGET);
  const reappear = async (): Promise<void> => {
    if (!isBack || !disk) return;
    images.set("disk", disk);
    const { report } = await backUp(world.host("bk2"));
    expect(report).toMatchObject({ exit: 0, failures: [] });
    if (what === "back, and gone again") {
      images.delete("disk");
      await backUp(world.host("bk2"));
    }
    standing = world.backup.points(TARGET);
  };
  // It takes the second lease for its job; the first is for the look.
  const { report } = await backUp(world.host("bk1", { objects: meanwhile(world.objects, reappear, 2) }));
  expect(report).toMatchObject({ exit: 0, failures: [], totals: { trashed: 0 } });
  if (isBack) expect(world.backup.points(TARGET)).toEqual(standing);
  else expect(world.backup.points(TARGET).length).toBeLessThan(standing.length);
  expect(world.backup.images.get(TARGET)?.metadata.has("backurne.gone")).toBe(what !== "back");
});

describe("max_new_fulls_per_run holds under the lease, too", () => {
  const limited = (world: World, max: number, happens: () => Promise<unknown>): House => {
    const house = lateHost(world, happens);
    return { ...house, settings: { ...house.settings, maxNewFullsPerRun: max } };
  };
  const suspect = (world: World) => async () =>
    world.backup.images.get(TARGET)?.metadata.set("backurne.suspect", '"found different"');
  const loseBase = (world: World) => async () => world.live("alpha").images.get("disk")?.snapshots.clear();

  test.each([
    ["its chain is suspect now", 0, suspect, /the chain is suspect: a verification failed$/],
    ["its base is gone when its snapshot is made", 1, loseBase, /no snapshot is shared any more, old chain kept$/],
  ])("what was to be incremental waits: %s", async (_, made, happens, because) => {
    const world = begin({});
    await backUp(world.host("bk1"));
    world.now += DAY;
    const standing = world.backup.points(TARGET);
    const { report, events: told } = await backUp(limited(world, 0, happens(world)));
    expect(told.filter((event) => event.kind === "snapshot-made" && event.job === TARGET)).toHaveLength(made);
    expect(report).toMatchObject({ exit: 0, failures: [], totals: { full: 0, incremental: 1 } });
    const waits = expect.stringMatching(/^it waits: max_new_fulls_per_run is 0, and it would be a full now: /);
    expect(report.warnings).toEqual([{ about: TARGET, message: waits }]);
    expect(report.warnings[0]?.message).toMatch(because);
    expect(report.jobs.find(({ subject }) => subject.image === TARGET)?.outcome).toBe("nothing left to do");
    expect(world.backup.points(TARGET)).toEqual(standing);
    const live = world.live("alpha").points("disk");
    expect(live.filter((name) => !standing.includes(name))).toEqual([]); // nothing of it is left
    expect((await backUp(limited(world, 0, async () => undefined))).report.totals.full).toBe(0);
    // Somebody who may make one does.
    expect((await backUp(limited(world, 1, async () => undefined))).report.totals.full).toBe(1);
  });

  test("it takes no place of those that were planned, and any other", async () => {
    const world = begin({});
    await backUp(world.host("bk1"));
    world.now += DAY;
    world.live("alpha").add("new");
    const { report } = await backUp(limited(world, 1, suspect(world)));
    expect(report.jobs.filter(({ mode }) => mode === "full").map(({ subject }) => subject.disk)).toEqual(["new"]);
    expect(report.warnings.map(({ about }) => about)).toEqual([TARGET]);
    world.now += DAY;
    world.live("alpha").add("newer");
    const { report: next } = await backUp(limited(world, 2, async () => undefined));
    expect(next).toMatchObject({ exit: 0, warnings: [], totals: { full: 2, incremental: 2 } });
  });
});
