import { applyCounts, explainImage, holdImage, listPoints, type House } from "@backurne/engine";
import { MAPPING, parseMarks, type ProfileSettings, type ProfilesAnswer, type RetentionReport } from "@backurne/model";
import { describe, expect, test } from "vitest";
import { backUp, DAY, guest, openWorld, profile, type World } from "../src/index.ts";

const TARGET = "alpha;disk;None";

/** What a host's configuration says from now on. */
function configure(world: World, profiles: readonly ProfileSettings[], changes: Partial<House> = {}): House {
  const house = world.host("bk1", changes);
  const liveClusters = house.settings.liveClusters.map((cluster) => ({ ...cluster, profiles }));
  const clusters = house.clusters.map((one) => ({ ...one, settings: { ...one.settings, profiles } }));
  return { ...house, clusters, settings: { ...house.settings, profiles, liveClusters } };
}

const daily = (count: number, more: Partial<ProfileSettings> = {}): readonly ProfileSettings[] => [
  profile({ count, ...more }),
];

async function nights(world: World, house: House, count: number) {
  const reports = [];
  for (let night = 0; night < count; night += 1) {
    reports.push((await backUp(house)).report);
    world.now += DAY;
  }
  return reports;
}

/** A disk with so many nights of daily backups, of which thirty are kept. */
async function standing(count: number, images: readonly string[] = ["disk"]): Promise<World> {
  const world = openWorld({ profiles: daily(30) });
  for (const image of images) world.live("alpha").add(image);
  await nights(world, configure(world, daily(30)), count);
  return world;
}

const marksOf = ({ backup }: World, image = TARGET) =>
  parseMarks(Object.fromEntries(backup.images.get(image)?.metadata ?? []));
const pointsOf = (world: World, image = TARGET): number => world.backup.points(image).length;
const dailyOf = ({ images }: RetentionReport) => images[0]?.profiles.find((one) => one.profile === "daily");

describe("a lowered count", () => {
  test("is shown and changes nothing with --dry-run", async () => {
    const world = await standing(20);
    const report = await applyCounts(configure(world, daily(7)), { dryRun: true });
    expect(report.images).toMatchObject([{ reference: "alpha/disk", outcome: "to apply" }]);
    // The newest is the base, seven more are young enough or needed.
    expect(dailyOf(report)).toEqual({ profile: "daily", points: 20, now: [30], after: 7, expires: 13 });
    expect(report.refused).toEqual({ because: ["alpha/disk: 13 of 23 for other reasons than time"], removals: 13 });
    expect(marksOf(world).counts).toBeUndefined();
    await nights(world, configure(world, daily(7)), 2);
    expect(pointsOf(world)).toBe(22); // and nobody applied it: names govern
  });

  test("is refused by the next run; accepted once, it expires night by night without another word", async () => {
    const world = await standing(20);
    const house = configure(world, daily(7));
    const applied = await applyCounts(house);
    expect(applied).toMatchObject({ images: [{ outcome: "applied" }], refused: { removals: 13 } });
    const upTo = Math.max(...[...(world.backup.images.get(TARGET)?.snapshots.values() ?? [])].map(({ id }) => id));
    expect(marksOf(world).counts).toEqual({ daily: { count: 7, upTo, at: new Date(world.now).toISOString() } });

    const { report } = await backUp(house);
    expect(report).toMatchObject({ exit: 4, totals: { removedBackup: 0 } });
    expect(pointsOf(world)).toBe(21);
    const again = await applyCounts(house);
    expect(again).toMatchObject({ images: [{ outcome: "unchanged" }] });

    const removals = report.refused[0]?.removals ?? 0;
    const { report: accepted } = await backUp(house, { acceptRemovals: removals });
    expect(accepted).toMatchObject({ exit: 0, totals: { removedBackup: removals } });
    expect(pointsOf(world)).toBe(8);
    world.now += DAY;
    for (const night of await nights(world, house, 30)) {
      expect(night).toMatchObject({ exit: 0, refused: [], warnings: [] });
      expect(pointsOf(world)).toBeLessThanOrEqual(9);
    }
  });

  test("of many images is everyday from the second night on: no brake of the pool", async () => {
    const images = ["disk", ...Array.from({ length: 9 }, (_, index) => `disk${index}`)];
    const world = await standing(12, images);
    const house = configure(world, daily(4));
    const { refused } = await applyCounts(house);
    expect(refused?.removals).toBe(10 * 8);
    expect((await backUp(house, { acceptRemovals: refused?.removals })).report.exit).toBe(0);
    world.now += DAY;
    for (const night of await nights(world, house, 6)) expect(night).toMatchObject({ exit: 0, refused: [] });
    expect(pointsOf(world)).toBeLessThanOrEqual(6);
  });

  test("is taken back by the same command, and the mark goes", async () => {
    const world = await standing(20);
    await applyCounts(configure(world, daily(7)));
    const back = await applyCounts(configure(world, daily(30)));
    expect(dailyOf(back)).toEqual({ profile: "daily", points: 20, now: [7], after: 30, expires: 0 });
    expect([...(world.backup.images.get(TARGET)?.metadata.keys() ?? [])]).not.toContain("backurne.counts");
    for (const night of await nights(world, configure(world, daily(30)), 3)) expect(night.exit).toBe(0);
    expect(pointsOf(world)).toBe(23);
  });

  test("is of the points that stood: later ones keep what their name says", async () => {
    const world = await standing(4);
    await applyCounts(configure(world, daily(7)));
    const house = configure(world, daily(30));
    await nights(world, house, 2);
    expect((await listPoints(house, "disk")).map(({ count }) => count)).toEqual([7, 7, 7, 7, 30, 30]);
  });

  test("never lets held points go, nor the newest", async () => {
    const world = await standing(5);
    const [first = ""] = world.backup.points(TARGET);
    await holdImage(world.host("bk1"), { image: "disk", snapshot: first });
    world.now += 5 * DAY;
    const house = configure(world, daily(1));
    expect(dailyOf(await applyCounts(house))?.expires).toBe(3); // neither the first nor the base
    await nights(world, house, 1);
    expect(world.backup.points(TARGET)).toContain(first);
  });

  test("leaves extras on the live side to max_on_live, and those whose backup went go too", async () => {
    const world = openWorld({ profiles: daily(30, { maxOnLive: 10 }) });
    world.live("alpha").add("disk");
    await nights(world, configure(world, daily(30, { maxOnLive: 10 })), 12);
    const house = configure(world, daily(4, { maxOnLive: 10 }));
    const { refused } = await applyCounts(house);
    await backUp(house, { acceptRemovals: refused?.removals });
    const backup = world.backup.points(TARGET);
    expect(world.live("alpha").points("disk").toSorted()).toEqual(backup.toSorted());
    expect(backup).toHaveLength(5);
  });
});

test("a raised count keeps what its name would let go", async () => {
  const world = openWorld({ profiles: daily(3) });
  world.live("alpha").add("disk");
  await nights(world, configure(world, daily(3)), 4);
  const house = configure(world, daily(9));
  expect(dailyOf(await applyCounts(house))).toEqual({ profile: "daily", points: 4, now: [3], after: 9, expires: 0 });
  await nights(world, house, 5);
  expect(pointsOf(world)).toBe(9);
  expect((await listPoints(house, "disk")).map(({ count }) => count)).toEqual(Array.from({ length: 9 }, () => 9));
  const { snapshots } = await explainImage(house, "disk");
  expect(snapshots[0]).toMatchObject({
    verdict: "keep",
    because: "9th good daily; name says 3, re-applied 9; not older than 9 d",
  });
});

test("without a change nothing is written, and that is what it says", async () => {
  const world = await standing(5);
  const before = [...(world.backup.images.get(TARGET)?.metadata ?? [])];
  const report = await applyCounts(configure(world, daily(30)));
  expect(report).toMatchObject({ images: [{ outcome: "unchanged" }], failures: [] });
  expect(report.refused).toBeUndefined();
  expect([...(world.backup.images.get(TARGET)?.metadata ?? [])]).toEqual(before);
});

test("twins are points of their own profiles", async () => {
  const both = (count: number): readonly ProfileSettings[] => [
    profile({ count: 30 }),
    profile({ name: "weekly", interval: 7 * DAY, count }),
  ];
  const world = openWorld({ profiles: both(12) });
  world.live("alpha").add("disk");
  await nights(world, configure(world, both(12)), 15);
  const house = configure(world, both(1));
  const { images } = await applyCounts(house);
  expect(images[0]?.profiles.map(({ profile: name, now, after }) => [name, now, after])).toEqual([
    ["weekly", [12], 1],
    ["daily", [30], 30],
  ]);
  expect(Object.keys(marksOf(world).counts ?? {})).toEqual(["weekly"]);
  await nights(world, house, 2);
  const names = world.backup.points(TARGET).map((name) => name.split(";")[1]);
  expect(names.filter((name) => name === "daily")).toHaveLength(17);
  expect(names.filter((name) => name === "weekly").length).toBeLessThan(3);
});

describe("a changed `every`", () => {
  const hour = DAY / 24;
  const fine = (every: number, count = 8): readonly ProfileSettings[] => [
    profile({ name: "fine", interval: every * hour, count }),
  ];

  /** Runs an hour apart. */
  async function hours(world: World, house: House, count: number) {
    const reports = [];
    for (let run = 0; run < count; run += 1) {
      reports.push((await backUp(house)).report);
      world.now += hour;
    }
    return reports;
  }

  /** Five days at six hours, of which two are kept. */
  async function fineStanding(): Promise<World> {
    const world = openWorld({ profiles: fine(6) });
    world.live("alpha").add("disk");
    await hours(world, configure(world, fine(6)), 5 * 24 + 1);
    expect(pointsOf(world)).toBe(9);
    return world;
  }

  const timeOf = (name: string): number => Date.parse(name.split(";")[3] ?? "");

  test("shorter: what stands goes when it would have gone, not a run earlier", async () => {
    const world = await fineStanding();
    const before = world.backup.points(TARGET);
    const house = configure(world, fine(1));
    for (let run = 0; run < 3 * 24; run += 1) {
      const { report } = await backUp(house);
      expect(report).toMatchObject({ exit: 0, refused: [], totals: { incremental: 1 } });
      const points = world.backup.points(TARGET);
      expect(points.filter((name) => before.includes(name))).toEqual(
        before.filter((name) => timeOf(name) >= world.now - 2 * DAY),
      );
      world.now += hour;
    }
    expect(pointsOf(world)).toBe(9);
    expect(marksOf(world).intervals).toEqual({ fine: hour }); // nothing is left of the other
  });

  test("longer: what stands goes one by one, as newer ones come; so it is while both stand", async () => {
    const world = await fineStanding();
    const before = world.backup.points(TARGET);
    const last = [...(world.backup.images.get(TARGET)?.snapshots.values() ?? [])].at(-1);
    const house = configure(world, fine(24));
    for (const { exit, totals } of await hours(world, house, 3 * 24)) {
      expect(exit).toBe(0);
      expect(totals.removedBackup).toBeLessThanOrEqual(1);
    }
    expect(world.backup.points(TARGET).filter((name) => before.includes(name))).toEqual(before.slice(4));
    expect(marksOf(world).intervals).toEqual({
      fine: { interval: DAY, before: [{ interval: 6 * hour, upTo: last?.id }] },
    });
  });

  test("re-applied, it meets the brakes like a lowered count; accepted once, it expires", async () => {
    const world = await fineStanding();
    const house = configure(world, fine(1, 3));
    const applied = await applyCounts(house);
    expect(applied.images[0]?.profiles).toEqual([
      {
        profile: "fine",
        points: 9,
        now: [8],
        after: 3,
        intervals: { now: [6 * hour], after: hour },
        expires: 5,
      },
    ]);
    expect(marksOf(world).counts).toMatchObject({ fine: { count: 3, interval: hour } });
    const { report } = await backUp(house);
    expect(report).toMatchObject({ exit: 4, totals: { removedBackup: 0 } });
    expect(await applyCounts(house)).toMatchObject({ images: [{ outcome: "unchanged" }] });
    const { snapshots } = await explainImage(house, "disk");
    expect(snapshots[0]).toMatchObject({
      verdict: "remove",
      because: "10th good fine; name says 8 of 6 h each, re-applied 3 of 1 h; older than 3 h",
    });
    const removals = report.refused[0]?.removals ?? 0;
    const { report: accepted } = await backUp(house, { acceptRemovals: removals });
    expect(accepted).toMatchObject({ exit: 0, totals: { removedBackup: removals } });
    expect(pointsOf(world)).toBe(3);
    world.now += hour;
    for (const night of await hours(world, house, 24)) expect(night).toMatchObject({ exit: 0, refused: [] });
    expect(pointsOf(world)).toBe(4);
  });

  test("re-applied where the counts are the same: the brakes see what is too young to go by its own", async () => {
    const world = await fineStanding();
    const house = configure(world, fine(1));
    await hours(world, house, 8);
    const applied = await applyCounts(house);
    expect(applied).toMatchObject({ refused: { removals: applied.images[0]?.profiles[0]?.expires } });
    expect((await backUp(house)).report).toMatchObject({ exit: 4, totals: { removedBackup: 0 } });
  });

  test("re-applied, and back: the mark goes", async () => {
    const world = await fineStanding();
    await applyCounts(configure(world, fine(1)));
    await applyCounts(configure(world, fine(6)));
    expect([...(world.backup.images.get(TARGET)?.metadata.keys() ?? [])]).not.toContain("backurne.counts");
  });
});

describe("left alone, with its reason:", () => {
  test("a profile that is not in the configuration any more, and the mark it has", async () => {
    const db6h = profile({ name: "db6h", interval: DAY / 4, count: 8 });
    const world = openWorld({ profiles: [...daily(30), db6h] });
    world.live("alpha").add("disk");
    await nights(world, configure(world, [...daily(30), db6h]), 4);
    await applyCounts(configure(world, [...daily(30), { ...db6h, count: 5 }]));
    const { images } = await applyCounts(configure(world, daily(7)));
    const of = images[0]?.profiles.find((one) => one.profile === "db6h");
    expect(of).toMatchObject({ now: [5], because: "does not apply to this image any more", expires: 0 });
    expect(of).not.toHaveProperty("after");
    expect(marksOf(world).counts).toMatchObject({ db6h: { count: 5 }, daily: { count: 7 } });
  });

  test("an old generation, a source that is not there, and a half received full", async () => {
    const world = await standing(3, ["disk", "gone"]);
    world.live("alpha").images.delete("gone");
    world.live("alpha").images.delete("disk");
    world.live("alpha").add("disk");
    await nights(world, configure(world, daily(30)), 1);
    world.backup.add("partial-1234");
    const { images } = await applyCounts(configure(world, daily(1)));
    expect(images.map(({ reference, outcome, because }) => [reference, outcome, because])).toEqual([
      ["alpha/disk", "applied", undefined],
      ["alpha/disk", "left alone", "an old generation"],
      ["alpha/gone", "left alone", expect.stringMatching(/^unlistable: not on alpha/)],
    ]);
    const closed = [...world.backup.images.keys()].find((name) => name.startsWith("closed-")) ?? "";
    expect(marksOf(world, closed).counts).toBeUndefined();
  });

  test("a guest whose policies nobody tells: it may be the profiles API that keeps its points", async () => {
    const world = openWorld({ profiles: daily(7), proxmox: { px1: [guest(100, "vm")] } });
    const answer: ProfilesAnswer = { profiles: { daily: { count: 30 } } };
    await nights(world, configure(world, daily(7), { askProfiles: async () => ({ answer }) }), 9);
    const silent = configure(world, daily(7), { askProfiles: async () => ({ answer: undefined, warning: "silent" }) });
    expect(await applyCounts(silent)).toMatchObject({
      images: [{ outcome: "left alone", because: "the profiles API did not say what applies to it" }],
      warnings: [{ about: "profiles_api", message: "silent" }],
    });
    const asked = configure(world, daily(7), { askProfiles: async () => ({ answer }) });
    expect(await applyCounts(asked)).toMatchObject({ images: [{ outcome: "unchanged" }] });
  });
});

test("a chain that another run holds is not touched; the others are", async () => {
  const world = await standing(10, ["disk", "other"]);
  const house = configure(world, daily(7));
  let report: RetentionReport | undefined;
  world.before = async (call) => {
    if (call !== "transfer disk" || report) return;
    report = await applyCounts(house);
  };
  await nights(world, configure(world, daily(30)), 1);
  expect(report?.images.map(({ outcome }) => outcome)).toContain("held");
  expect(marksOf(world).counts).toBeUndefined();
});

test("one image, or one cluster, may be named; what fits nothing is an error", async () => {
  const world = await standing(10, ["disk", "other"]);
  const house = configure(world, daily(7));
  const { images } = await applyCounts(house, { image: "alpha/other" });
  expect(images.map(({ reference }) => reference)).toEqual(["alpha/other"]);
  expect(marksOf(world).counts).toBeUndefined();
  await expect(applyCounts(house, { image: "nothing" })).rejects.toMatchObject({ code: "not-found" });
  await expect(applyCounts(house, { cluster: "beta" })).rejects.toMatchObject({ code: "usage" });
});

test("what is open for somebody to look into stays until it is closed, and everything else goes", async () => {
  const world = openWorld({ profiles: daily(2) });
  world.live("alpha").add("disk");
  const house = configure(world, daily(2));
  await nights(world, house, 2);
  const open = world.backup.points(TARGET)[0] as string;
  await house.backup.create("restore-bk1-one", { size: 4096 });
  const mark = { id: "m1", image: TARGET, snapshot: open, host: "bk1", since: new Date(world.now).toISOString() };
  await house.backup.setMetadata("restore-bk1-one", MAPPING, JSON.stringify(mark));
  const reports = await nights(world, house, 4);
  expect(reports.map(({ exit }) => exit)).toEqual([0, 0, 0, 0]);
  expect(reports.at(-1)?.warnings).toMatchObject([{ about: TARGET, message: `${open}: it is mapped; it stays` }]);
  expect(world.backup.points(TARGET)).toContain(open);
  const before = world.backup.points(TARGET).length;
  await house.backup.remove("restore-bk1-one");
  await nights(world, house, 1);
  expect(world.backup.points(TARGET)).not.toContain(open);
  expect(world.backup.points(TARGET)).toHaveLength(before - 1);
});
