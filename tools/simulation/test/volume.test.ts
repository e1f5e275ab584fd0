import { explainImage, listImages, listPoints, precheck, previewRun, releaseImage, type House } from "@backurne/engine";
import { parseMarks } from "@backurne/model";
import { describe, expect, test } from "vitest";
import { backUp, DAY, failing, HOUR, openWorld, profile, type World } from "../src/index.ts";

const TARGET = "alpha;disk;None";
const GiB = 2 ** 30;
const SIZE = 40 * GiB; // half of it is used

/** A host whose transfers move so much. */
function moving(world: World, bytes: number, changes: Partial<House> = {}): House {
  const house = world.host("bk1");
  const { run } = house.executor;
  const settings = { ...house.settings, changeAlarm: { factor: 8, atLeast: GiB, share: 0.25 } };
  const executor = {
    run: (...[pipeline, options]: Parameters<typeof run>) =>
      run(pipeline, { ...options, onBytes: () => options?.onBytes?.(bytes) }),
  };
  return { ...house, settings, executor, ...changes };
}

async function night(world: World, house: House) {
  const { report } = await backUp(house);
  world.now += DAY;
  return report;
}

/** A disk that changes half a GiB a night, for so many nights after its first. */
async function usual(nights: number): Promise<World> {
  const world = openWorld({ profiles: [profile({ count: 3 })] });
  world.live("alpha").add("disk", SIZE);
  for (let count = 0; count <= nights; count += 1) await night(world, moving(world, GiB / 2));
  return world;
}

/** What `check` says of changes that nobody could measure. */
async function checked(world: World): Promise<readonly string[]> {
  const { problems } = await precheck(moving(world, 0));
  return problems.filter(({ kind }) => kind === "unmeasured").map(({ message }) => message);
}

const marksOf = ({ backup }: World) => parseMarks(Object.fromEntries(backup.images.get(TARGET)?.metadata ?? []));

/** Its streams are compressed: zstd says so on the live side's stderr. */
function packing(world: World, bytes: number, wire: number | undefined): House {
  const house = moving(world, bytes);
  const { run } = house.executor;
  const executor = {
    run: (...[pipeline, options]: Parameters<typeof run>) => {
      if (options?.commit && wire !== undefined) options.onStderr?.(`zstd ${wire}`, 0);
      return run(pipeline, options);
    },
  };
  const hear = (line: string) => (line.startsWith("zstd ") ? { wire: Number(line.slice(5)) } : undefined);
  return { ...house, executor, hearPacking: hear };
}

test("what came over the wire is remembered beside it, of each transfer that was compressed", async () => {
  const world = openWorld({ profiles: [profile({ count: 30 })] });
  world.live("alpha").add("disk", SIZE);
  const reports = [];
  for (const wire of [GiB / 8, GiB / 4, undefined, GiB / 8]) {
    reports.push(await night(world, packing(world, GiB / 2, wire)));
  }
  expect(reports.map(({ jobs }) => [jobs[0]?.bytes, jobs[0]?.wire])).toEqual([
    [GiB / 2, GiB / 8], // a full
    [GiB / 2, GiB / 4],
    [GiB / 2, undefined],
    [GiB / 2, GiB / 8],
  ]);
  const house = world.host("bk1");
  expect((await listPoints(house, "disk")).map(({ moved }) => moved)).toEqual([
    undefined,
    { bytes: GiB / 2, wire: GiB / 4 },
    { bytes: GiB / 2 },
    { bytes: GiB / 2, wire: GiB / 8 },
  ]);
  expect((await explainImage(house, "disk")).changed).toEqual({
    runs: 3,
    last: GiB / 2,
    packed: { bytes: GiB, wire: GiB / 4 + GiB / 8 },
  });
});

test("what the last thirty incrementals moved is remembered with the image, and only the last in the catalog", async () => {
  const world = await usual(33);
  const volume = marksOf(world).base?.volume ?? [];
  expect(volume).toHaveLength(30);
  const [before, snapshot] = world.backup.points(TARGET).slice(-2);
  const bytes = GiB / 2;
  expect(volume.at(-1)).toEqual({ at: new Date(world.now - 2 * DAY).toISOString(), bytes, snapshot: before });
  const index = (await world.objects.read("backurne.index")) ?? "";
  const moved = { at: new Date(world.now - DAY).toISOString(), bytes, snapshot };
  expect(JSON.parse(index.trimEnd().split("\n").at(-1)!)).toMatchObject({ moved });
  expect(index).not.toContain("volume");
  const { changed } = await explainImage(moving(world, 0), "disk");
  expect(changed).toEqual({ runs: 30, last: GiB / 2, usual: GiB / 2 });
});

describe("a jump far outside of its own history", () => {
  test("raises an alarm, and nothing of the image expires until it is released", async () => {
    const world = await usual(10);
    const before = world.backup.points(TARGET);
    const jump = await night(world, moving(world, 10 * GiB));
    expect(jump).toMatchObject({ exit: 0, totals: { incremental: 1, removedBackup: 0 } });
    expect(jump.warnings).toMatchObject([
      { about: TARGET, message: expect.stringMatching(/^change alarm: 10\.0 GiB changed .* up to 512 MiB are usual/) },
    ]);
    expect(marksOf(world).alarm).toEqual({ at: expect.any(String), bytes: 10 * GiB, usual: GiB / 2 });
    for (let count = 0; count < 5; count += 1) {
      const report = await night(world, moving(world, 12 * GiB));
      expect(report).toMatchObject({ exit: 0, totals: { removedBackup: 0 } });
      expect(report.warnings).toHaveLength(1);
    }
    expect(world.backup.points(TARGET)).toEqual(expect.arrayContaining([...before]));

    const house = moving(world, GiB / 2);
    expect((await listImages(house))[0]?.alarm).toMatchObject({ bytes: 10 * GiB });
    const explained = await explainImage(house, "disk");
    expect(explained.alarm).toMatchObject({ bytes: 10 * GiB });
    expect(explained.snapshots[0]?.because).toMatch(/^hold by the change alarm of 2026-01-12/);
    const plan = await previewRun(house, { estimate: false });
    expect(plan.held).toMatchObject([{ points: before.length + 6 }]);
    expect(plan.warnings).toMatchObject([{ about: TARGET }]);

    expect(await releaseImage(house, { image: "disk" })).toMatchObject({ released: [{ what: "alarm" }] });
    const after = await night(world, house);
    expect(after.warnings).toEqual([]);
    expect(world.backup.points(TARGET).length).toBeLessThan(before.length + 2);
  });

  test.each<[string, number, number, Partial<House>?]>([
    ["too little history", 5, 10 * GiB],
    ["not more than the factor", 10, 4 * GiB],
    ["not more than the share of what is used", 10, 4.5 * GiB],
  ])("%s: no alarm", async (_, nights, bytes) => {
    const world = await usual(nights);
    expect((await night(world, moving(world, bytes))).warnings).toEqual([]);
    expect(marksOf(world).alarm).toBeUndefined();
  });

  test("no alarm where the configuration wants none", async () => {
    const world = await usual(10);
    const { settings } = world.host("bk1");
    expect((await night(world, moving(world, 15 * GiB, { settings }))).warnings).toEqual([]);
    expect((await explainImage(moving(world, 0), "disk")).changed).toMatchObject({ last: 15 * GiB });
  });

  test("a pause may bring as much more as it was longer", async () => {
    const world = await usual(10);
    world.now += 10 * DAY;
    expect((await night(world, moving(world, 6 * GiB))).warnings).toEqual([]);
  });

  test("is an alarm although nobody can say how much of the disk that is", async () => {
    const world = await usual(10);
    world.before = failing(`backup changedBytes ${TARGET}`);
    const report = await night(world, moving(world, 10 * GiB));
    expect(report).toMatchObject({ exit: 0, totals: { incremental: 1, removedBackup: 0 } });
    expect(report.warnings).toMatchObject([
      { message: expect.stringMatching(/^how much of it is used is not known, .*: it was to fail$/) },
      { message: expect.stringMatching(/^change alarm: 10\.0 GiB/) },
    ]);
    expect(marksOf(world).alarm).toMatchObject({ bytes: 10 * GiB });
    const next = await night(world, moving(world, GiB / 2));
    expect(next).toMatchObject({ totals: { removedBackup: 0 } });
  });

  test("and nobody asks how much of the disk it is where it is none", async () => {
    const world = await usual(10);
    world.before = failing(`backup changedBytes ${TARGET}`);
    expect((await night(world, moving(world, GiB / 2))).warnings).toEqual([]);
  });

  test("that cannot be written down costs no backup, and nothing expires in that run", async () => {
    const world = await usual(10);
    const report = await night(world, moving(world, 10 * GiB, { backup: withoutMark(world) }));
    expect(report).toMatchObject({ exit: 0, totals: { incremental: 1, removedBackup: 0 } });
    expect(report.warnings).toMatchObject([
      { message: expect.stringMatching(/^change alarm: /) },
      { message: expect.stringMatching(/^the change alarm could not be written down, .*: no mark today$/) },
    ]);
  });
});

/** The point before and the one that came last differ by so much, as the backup cluster says. */
function measuring({ backup: { rbd } }: World, bytes: number, point?: string): House["backup"] {
  const snapshotBytes: typeof rbd.snapshotBytes = (image, snapshot, base) =>
    base === undefined || snapshot !== (point ?? snapshot)
      ? rbd.snapshotBytes(image, snapshot, base)
      : Promise.resolve(bytes);
  return { ...rbd, snapshotBytes };
}

function withoutMark({ backup: { rbd } }: World, backup: House["backup"] = rbd): House["backup"] {
  const setMetadata: typeof rbd.setMetadata = async (image, key, value) => {
    if (key === "backurne.alarm") throw new Error("no mark today");
    await rbd.setMetadata(image, key, value);
  };
  return { ...backup, setMetadata };
}

describe("a jump whose alarm is not on the image when its run has ended", () => {
  /** Killed when the point stands, before anybody knows what has come with it. */
  async function killed(world: World): Promise<void> {
    const reached = Promise.withResolvers<void>();
    world.before = (call) => {
      if (call !== `backup changedBytes ${TARGET}`) return undefined;
      reached.resolve();
      return new Promise(() => {});
    };
    void backUp(moving(world, 10 * GiB));
    await reached.promise;
    world.before = undefined;
  }

  /** It could not be written. */
  async function unwritten(world: World): Promise<void> {
    await backUp(moving(world, 10 * GiB, { backup: withoutMark(world) }));
    expect((await listImages(moving(world, 0)))[0]?.alarm).toMatchObject({ bytes: 10 * GiB });
  }

  const ENDS: readonly [string, (world: World) => Promise<void>][] = [
    ["killed", killed],
    ["unwritten", unwritten],
  ];

  /** By then another one is due, or nothing but what is past its time; which what the index says holds as well. */
  const NEXT: readonly [string, (world: World) => Promise<void>, number][] = [
    ["killed", killed, HOUR],
    ["killed", killed, DAY],
    ["unwritten", unwritten, DAY],
  ];

  test.each(NEXT)("%s: the next run raises it, and nothing expires", async (_, happens, pause) => {
    const world = await usual(10);
    await happens(world);
    const before = world.backup.points(TARGET);
    world.now += pause;
    const house = moving(world, GiB / 2, { backup: measuring(world, 10 * GiB) });
    const report = await night(world, house);
    const transfers = pause === DAY ? 1 : 0;
    expect(report).toMatchObject({ exit: 0, totals: { incremental: transfers, removedBackup: 0 } });
    expect(report.warnings).toMatchObject([{ message: expect.stringMatching(/^change alarm: 10\.0 GiB/) }]);
    expect(marksOf(world).alarm).toMatchObject({ bytes: 10 * GiB, usual: GiB / 2 });
    expect(world.backup.points(TARGET)).toEqual(expect.arrayContaining([...before]));
    // Once it is released, it is history like any other.
    await releaseImage(house, { image: "disk" });
    const after = await night(world, moving(world, GiB / 2));
    expect(after).toMatchObject({ exit: 0, warnings: [] });
    expect(after.totals.removedBackup).toBeGreaterThan(0);
    const volume = marksOf(world).base?.volume ?? [];
    expect(volume.find(({ bytes }) => bytes === 10 * GiB)).toMatchObject({ snapshot: before.at(-1) });
  });

  test.each(ENDS)("%s: nothing is received before it can be written", async (_, happens) => {
    const world = await usual(10);
    await happens(world);
    const before = world.backup.points(TARGET);
    world.now += DAY;
    const backup = measuring(world, 10 * GiB);
    const failed = await night(world, moving(world, GiB / 2, { backup: withoutMark(world, backup) }));
    expect(failed).toMatchObject({ exit: 3, totals: { failed: 1, removedBackup: 0 } });
    expect(world.backup.points(TARGET)).toEqual(before);
    expect(await night(world, moving(world, GiB / 2, { backup }))).toMatchObject({ exit: 0 });
    expect(marksOf(world).alarm).toMatchObject({ bytes: 10 * GiB });
  });

  test("unwritten: tables show it, and who releases it is not told again", async () => {
    const world = await usual(10);
    await unwritten(world);
    const before = world.backup.points(TARGET).length;
    const house = moving(world, GiB / 2, { backup: measuring(world, 10 * GiB) });
    world.now += HOUR;
    expect((await backUp(house)).report).toMatchObject({ exit: 0, totals: { removedBackup: 0 } });
    expect(await releaseImage(house, { image: "disk" })).toMatchObject({ released: [{ what: "alarm" }] });
    expect((await listImages(house))[0]?.alarm).toBeUndefined();
    world.now += DAY;
    expect(await night(world, house)).toMatchObject({ exit: 0, warnings: [] });
    expect(world.backup.points(TARGET).length).toBeLessThan(before);
  });

  test("killed after it was written, and released: it is not raised again", async () => {
    const world = await usual(10);
    const { rbd } = world.backup;
    const written = Promise.withResolvers<void>();
    const setMetadata: typeof rbd.setMetadata = async (image, key, value) => {
      await rbd.setMetadata(image, key, value);
      if (key !== "backurne.alarm") return;
      written.resolve();
      await new Promise(() => {});
    };
    void backUp(moving(world, 10 * GiB, { backup: { ...rbd, setMetadata } }));
    await written.promise;
    world.now += HOUR;
    const house = moving(world, GiB / 2, { backup: measuring(world, 10 * GiB) });
    expect(await releaseImage(house, { image: "disk" })).toMatchObject({ released: [{ what: "alarm" }] });
    world.now += DAY;
    expect(await night(world, house)).toMatchObject({ exit: 0, warnings: [] });
    expect(marksOf(world).alarm).toBeUndefined();
  });

  test("it was none: no alarm, and what it moved is remembered", async () => {
    const world = await usual(10);
    await killed(world);
    const point = world.backup.points(TARGET).at(-1);
    world.now += DAY;
    const report = await night(world, moving(world, GiB / 2, { backup: measuring(world, GiB) }));
    expect(report).toMatchObject({ exit: 0, warnings: [] });
    expect(marksOf(world).base?.volume?.at(-1)).toMatchObject({ bytes: GiB, snapshot: point });
    expect(marksOf(world).alarm).toBeUndefined();
  });

  test("nobody can say what has come: that is said, and costs no backup", async () => {
    const world = await usual(10);
    await killed(world);
    world.now += DAY;
    const report = await night(world, moving(world, GiB / 2));
    expect(report).toMatchObject({ exit: 0, totals: { incremental: 1 } });
    expect(report.warnings).toMatchObject([
      { about: TARGET, message: expect.stringMatching(/^nobody can say how much came with backup;.*: not simulated$/) },
    ]);
  });

  describe("nobody can say what has come: `check` says so until somebody can", () => {
    /** @returns the step that nobody could measure: its own run was killed, and the next one was told nothing. */
    async function missed(world: World): Promise<string | undefined> {
      await killed(world);
      const point = world.backup.points(TARGET).at(-1);
      world.now += DAY;
      await night(world, moving(world, GiB / 2));
      expect(await checked(world)).toEqual([
        `nobody could say how much came with ${point}, and no change alarm was raised; the next run asks again`,
      ]);
      return point;
    }

    test("the next run asks for that step alone, and raises the alarm that was missed", async () => {
      const world = await usual(10);
      const point = await missed(world);
      world.calls.length = 0;
      const house = moving(world, GiB / 2, { backup: measuring(world, 10 * GiB, point) });
      expect((await night(world, house)).warnings).toMatchObject([{ message: expect.stringMatching(/^change alarm/) }]);
      expect(marksOf(world)).toMatchObject({ alarm: { bytes: 10 * GiB } });
      expect(marksOf(world).unmeasured).toBeUndefined();
      expect(await checked(world)).toEqual([]);
    });

    test("or none", async () => {
      const world = await usual(10);
      const point = await missed(world);
      const report = await night(world, moving(world, GiB / 2, { backup: measuring(world, GiB, point) }));
      expect(report).toMatchObject({ exit: 0, warnings: [], totals: { incremental: 1 } });
      expect(marksOf(world).alarm).toBeUndefined();
      expect(await checked(world)).toEqual([]);
    });

    test("while it cannot, each run says so again; when its base has expired, nobody ever will", async () => {
      const world = await usual(10);
      await missed(world);
      const { base = "" } = marksOf(world).unmeasured ?? {};
      for (let nights = 0; world.backup.points(TARGET).includes(base); nights += 1) {
        expect(nights).toBeLessThan(5);
        expect((await night(world, moving(world, GiB / 2))).warnings).toHaveLength(1);
      }
      expect(await night(world, moving(world, GiB / 2))).toMatchObject({ exit: 0, warnings: [] });
      expect(await checked(world)).toEqual([]);
    });

    test("two of them are asked for at once", async () => {
      const world = await usual(10);
      const point = await missed(world);
      await killed(world);
      const second = world.backup.points(TARGET).at(-1);
      world.now += DAY;
      expect((await night(world, moving(world, GiB / 2))).warnings).toHaveLength(2);
      expect(marksOf(world).unmeasured).toMatchObject({
        snapshot: second,
        base: expect.not.stringContaining(`${point}`),
      });
    });
  });

  test("nobody asks where that is not enough to be usual, or where no alarm is wanted", async () => {
    for (const [nights, changes] of [
      [5, {}],
      [10, { settings: openWorld().host("bk1").settings }],
    ] as const) {
      const world = await usual(nights);
      await world.objects.removeObject("backurne.index");
      world.calls.length = 0;
      const { settings = moving(world, 0).settings } = changes;
      expect(await night(world, moving(world, GiB / 2, { settings }))).toMatchObject({ exit: 0, warnings: [] });
      expect(world.calls.filter((call) => /^backup (changed|snapshot)Bytes/.test(call))).toEqual([]);
    }
  });
});

describe("a new generation", () => {
  /** Nothing is shared any more. */
  const unshare = (world: World): void => world.live("alpha").images.get("disk")?.snapshots.clear();

  test("of the same disk: nobody can say what has changed, and what is usual stays known", async () => {
    const world = await usual(10);
    unshare(world);
    const full = await night(world, moving(world, 10 * GiB));
    expect(full).toMatchObject({ exit: 0, totals: { full: 1 } });
    expect(full.warnings).toMatchObject([
      { about: TARGET, message: expect.stringMatching(/^all of it was sent, so nobody can say how much has changed/) },
    ]);
    expect(marksOf(world).base?.volume).toHaveLength(10);
    expect(await checked(world)).toEqual([expect.stringMatching(/^all of it was sent anew on 2026-01-12: nobody/)]);
    const next = await night(world, moving(world, 10 * GiB));
    expect(next.warnings).toMatchObject([{ message: expect.stringMatching(/^change alarm: 10\.0 GiB/) }]);
    expect(await checked(world)).toEqual([]); // this step was measured
  });

  test.each<[string, number, (world: World) => unknown]>([
    [
      "of a disk made anew",
      10,
      (world) => (world.live("alpha").images.delete("disk"), world.live("alpha").add("disk", SIZE)),
    ],
    ["of one that nobody knows yet", 5, unshare],
  ])("%s: nothing is said, and nothing usual", async (_, nights, happens) => {
    const world = await usual(nights);
    happens(world);
    expect(await night(world, moving(world, 10 * GiB))).toMatchObject({ totals: { full: 1 }, warnings: [] });
    expect((await night(world, moving(world, 10 * GiB))).warnings).toEqual([]);
  });

  test("nothing is said where the configuration wants no alarm", async () => {
    const world = await usual(10);
    unshare(world);
    const { settings } = world.host("bk1");
    expect((await night(world, moving(world, GiB, { settings }))).warnings).toEqual([]);
  });
});
