import { precheck, verifyImages, type House, type Manner } from "@backurne/engine";
import type { CheckSettings, Precheck, ProfileSettings } from "@backurne/model";
import { beforeEach, describe, expect, test } from "vitest";
import { backUp, DAY, failing, guest, HOUR, openWorld, profile, type World } from "../src/index.ts";

const TARGET = "alpha;disk;None";
const NIGHTLY: CheckSettings = { afterBackup: false };

function hostOf(world: World, check: CheckSettings = NIGHTLY, changes: Partial<House> = {}): House {
  const house = world.host("bk1", changes);
  return { ...house, settings: { ...house.settings, check } };
}

/** What is found: kind, severity, about. */
async function found(world: World, check?: CheckSettings, changes?: Partial<House>): Promise<readonly string[]> {
  const { problems } = await precheck(hostOf(world, check, changes));
  return problems.map(({ kind, severity, about }) => `${severity} ${kind} ${about}`);
}

/** What is said of verifications that are to be made so often. */
async function overdue(world: World, verifiedWithin: number): Promise<readonly string[]> {
  const { problems } = await precheck(hostOf(world, { ...NIGHTLY, verifiedWithin }));
  return problems.filter(({ kind }) => kind === "unverified").map(({ message }) => message);
}

/** The same host after its configuration was changed. */
function withProfiles(profiles: readonly ProfileSettings[]): House {
  const house = hostOf(world);
  const clusters = house.clusters.map((one) => ({ ...one, settings: { ...one.settings, profiles } }));
  return { ...house, clusters };
}

let world: World;
beforeEach(async () => {
  world = openWorld({ profiles: [profile()] });
  world.live("alpha").add("disk");
});

describe("after a good backup", () => {
  beforeEach(async () => {
    await backUp(world.host("bk1"));
  });
  const image = (pool: "backup" | "alpha") =>
    (pool === "backup" ? world.backup.images.get(TARGET) : world.live("alpha").images.get("disk"))!;
  const mark = (key: string, value: unknown) => image("backup").metadata.set(`backurne.${key}`, JSON.stringify(value));
  /** Marks are read again when the newest snapshot is another one. */
  const forgetIndex = () => world.objects.removeObject("backurne.index");

  interface Row {
    readonly what: string;
    readonly spoil: () => unknown;
    readonly check?: CheckSettings;
    readonly expected: readonly string[];
  }
  const TABLE: readonly Row[] = [
    { what: "nothing wrong", spoil: () => {}, expected: [] },
    { what: "not late yet", spoil: () => (world.now += 36 * HOUR), expected: [] },
    { what: "late", spoil: () => (world.now += 36 * HOUR + 1), expected: ["critical late alpha/disk"] },
    {
      what: "late by a grace of its own",
      spoil: () => (world.now += 25 * HOUR),
      check: { ...NIGHTLY, grace: HOUR / 2 },
      expected: ["critical late alpha/disk"],
    },
    {
      what: "no shared snapshot",
      spoil: () => image("alpha").snapshots.clear(),
      expected: ["warning unshared alpha/disk"],
    },
    {
      what: "suspect, however late",
      async spoil() {
        mark("suspect", { at: "2026-01-01T02:00:00Z", offsets: [4096] });
        await forgetIndex();
        world.now += 2 * DAY;
      },
      expected: ["critical suspect alpha/disk"],
    },
    {
      what: "a change alarm that nobody has looked at",
      async spoil() {
        mark("alarm", { at: "2026-01-01T02:00:00Z", bytes: 2 ** 33, usual: 2 ** 30 });
        await forgetIndex();
      },
      expected: ["warning alarm alpha/disk"],
    },
    {
      what: "a suspect chain with an alarm, and held",
      async spoil() {
        mark("suspect", { at: "2026-01-01T02:00:00Z" });
        mark("alarm", { at: "2026-01-01T02:00:00Z", bytes: 2 ** 33, usual: 2 ** 30 });
        mark("hold", { reason: "audit" });
        await forgetIndex();
      },
      expected: ["critical suspect alpha/disk", "warning alarm alpha/disk"],
    },
    {
      what: "never verified",
      spoil: () => (world.now += DAY),
      check: { ...NIGHTLY, verifiedWithin: 20 * HOUR },
      expected: ["warning unverified alpha/disk"],
    },
    {
      what: "a mark that cannot be read",
      async spoil() {
        image("backup").metadata.set("backurne.base", "{");
        await forgetIndex();
      },
      expected: ["critical unreadable alpha/disk"],
    },
    {
      what: "a cluster that lists nothing",
      spoil: () => world.live("alpha").images.clear(),
      expected: ["critical unlisted alpha"],
    },
    {
      what: "a cluster that cannot be listed, until its backups are late too",
      spoil() {
        world.live("alpha").images.clear();
        world.now += 2 * DAY;
      },
      expected: ["critical late alpha/disk", "critical unlisted alpha"],
    },
    {
      what: "a disk that is gone, but not confirmed",
      spoil() {
        world.live("alpha").add("other");
        world.live("alpha").images.delete("disk");
        world.now += HOUR;
      },
      expected: [],
    },
    {
      what: "a disk that is gone and whose last copy goes soon",
      async spoil() {
        world.live("alpha").add("other");
        world.live("alpha").images.delete("disk");
        for (let day = 1; day <= 32; day += 1) {
          world.now += DAY;
          await backUp(world.host("bk1"));
        }
      },
      expected: ["info ending alpha/disk"],
    },
  ];
  test.each(TABLE)("$what", async ({ spoil, check, expected }) => {
    await spoil();
    expect(await found(world, check)).toEqual(expected);
  });

  test("verified in time, however little of it, where nobody compares all of it", async () => {
    mark("verified", { last: { snapshot: "gone", how: "sent", at: "2026-01-01T20:00:00Z" } });
    await forgetIndex();
    world.now = Date.parse("2026-01-02T02:00:00Z");
    expect(await overdue(world, 20 * HOUR)).toEqual([]);
    world.now += DAY;
    expect(await overdue(world, 20 * HOUR)).toEqual(["last verified 2026-01-01"]);
  });

  test.each([
    [1, "the backup pool"],
    [2, "alpha/disk"],
  ])("removals that a brake refuses, %i a night of another profile", async (times, about) => {
    for (let night = 1; night <= 20; night += 1) {
      world.now += DAY;
      await backUp(world.host("bk1"), { cleanup: "none" });
      for (let one = 0; one < times; one += 1) {
        await world.backup.rbd.createSnapshot(TARGET, `backup;weekly;1;${new Date(world.now + one).toISOString()}`);
      }
    }
    const weekly = profile({ name: "weekly", interval: 7 * DAY, count: 52 });
    const { problems } = await precheck(withProfiles([profile(), weekly]));
    expect(problems).toMatchObject([{ kind: "refused", severity: "warning", about }]);
  });

  test("a chain that is late because somebody holds it", async () => {
    world.now += 2 * DAY;
    const { openLeases, LEASE_TIMES } = await import("@backurne/engine");
    const lease = await openLeases(world.objects, "bk2 run 7", LEASE_TIMES).acquire("alpha;disk");
    const { problems } = await precheck(hostOf(world));
    await lease?.release();
    expect(problems.find(({ kind }) => kind === "lease")).toMatchObject({
      severity: "warning",
      message: "it is late, and bk2 run 7 holds it",
    });
  });

  test("somebody who only looks into a late backup is no writer", async () => {
    world.now += 2 * DAY;
    const watched = async () => true;
    expect(await found(world, NIGHTLY, { backup: { ...world.backup.rbd, watched } })).toEqual([
      "critical late alpha/disk",
    ]);
  });

  test("a writer that outlived its lease", async () => {
    mark("base", { name: "backup;daily;7;2026-01-09T00:00:00.000Z", shared: [] });
    await forgetIndex();
    expect(await found(world)).not.toContain("warning lease alpha/disk");
    const watched = async () => true;
    expect(await found(world, NIGHTLY, { backup: { ...world.backup.rbd, watched } })).toContain(
      "warning lease alpha/disk",
    );
  });
});

describe("who compares all of a backup is told when that ends, however well its transfers prove themselves", () => {
  const WITHIN = 7 * DAY;
  /** What is said after each of these days, of a backup that is compared so before each. */
  async function days(count: number, manner?: Manner): Promise<readonly string[]> {
    const said = new Set<string>();
    for (let day = 0; day < count; day += 1) {
      world.now += DAY;
      await backUp(world.host("bk1"));
      if (manner) await verifyImages(world.host("bk1"), { manner });
      for (const message of await overdue(world, WITHIN)) said.add(message);
    }
    return [...said];
  }
  const share = (of: number) => ({ count: 1, of });
  const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

  test("never by transfers alone", async () => {
    expect(await days(20)).toEqual([]);
  });

  test("by shares, wherever the turn stops", async () => {
    for (const stopped of [13, 15, 17]) {
      world = openWorld({ profiles: [profile()] });
      world.live("alpha").add("disk");
      expect(await days(stopped, share(5))).toEqual([]);
      // The share after the last was compared five nights ago, or four by now.
      const oldest = dayOf(world.now - 4 * DAY);
      expect(await days(3)).toEqual([]);
      expect(await days(1)).toEqual([`the oldest of it was last compared about ${oldest}`]);
      // The same shares again: those that waited are now the youngest.
      await days(5, share(5));
      expect(await overdue(world, WITHIN)).toEqual([]);
    }
  });

  test("by shares that never reached the end", async () => {
    expect(await days(3, share(5))).toEqual([]);
    expect(await days(5)).toEqual([]);
    const began = dayOf(world.now - 7 * DAY);
    expect(await days(1)).toEqual([`not all of it was compared since the first share on ${began}`]);
  });

  test("by other shares than before: nobody knows which bytes those have reached", async () => {
    expect(await days(5, share(5))).toEqual([]);
    expect(await days(3, { count: 4, of: 20 })).toEqual([]);
    expect(await days(1, { count: 4, of: 20 })).toHaveLength(1);
  });

  test("at once, and a turn that ends later makes it no older", async () => {
    await days(3, share(5));
    await days(1, "full");
    const full = dayOf(world.now);
    expect(await days(2, share(5))).toEqual([]);
    expect(await days(5)).toEqual([]);
    expect(await days(1)).toEqual([`the oldest of it was last compared about ${full}`]);
  });

  test("not by somebody who compared all of it within a turn, when that has ended", async () => {
    await days(6, share(5));
    world.now += HOUR;
    await verifyImages(world.host("bk1"), { manner: "full" });
    expect(await days(14, share(5))).toEqual([]);
    // At once, and then a turn that is left: it is no younger than that.
    await days(2);
    await verifyImages(world.host("bk1"), { manner: "full" });
    const full = dayOf(world.now);
    expect(await days(4)).toEqual([]);
    expect(await days(3, share(5))).toEqual([]);
    expect(await days(1)).toEqual([`the oldest of it was last compared about ${full}`]);
  });

  test("not of a pool whose marks are those of an earlier version", async () => {
    await days(6, share(5));
    const metadata = world.backup.images.get(TARGET)!.metadata;
    const { round, ...earlier } = JSON.parse(metadata.get("backurne.verified")!) as Record<string, unknown>;
    expect(round).toBeDefined();
    metadata.set("backurne.verified", JSON.stringify(earlier));
    await world.objects.removeObject("backurne.index");
    expect(await days(4, share(5))).toEqual([]);
  });
});

test("disks to which no profile applies are a line of their cluster, and not counted as backed up", async () => {
  world.live("alpha").add("other");
  await backUp(world.host("bk1"));
  const precheckOf = await precheck(withProfiles([profile({ default: false })]));
  const message = "no profile applies to disk/disk and 1 more: nobody backs that up";
  expect(precheckOf).toMatchObject({
    disks: 0,
    problems: [{ kind: "unprofiled", severity: "info", about: "alpha", message }],
  });
});

describe("a new disk", () => {
  test("is no error before its first profile is overdue, by when it was first seen", async () => {
    expect(await found(world)).toEqual([]);
    world.now += 36 * HOUR;
    expect(await found(world)).toEqual([]);
    world.now += 1;
    expect(await found(world)).toEqual(["critical missing alpha/disk"]);
  });

  test("is remembered for all hosts, and forgotten when it has a backup", async () => {
    await precheck(hostOf(world));
    world.now += DAY;
    await backUp(world.host("bk2"));
    await precheck(hostOf(world));
    expect(JSON.parse((await world.objects.read("backurne.check")) ?? "").since).toEqual({});
  });

  test("and a new profile of an old disk the same", async () => {
    await backUp(world.host("bk1"));
    const weekly = profile({ name: "weekly", interval: 7 * DAY });
    const two = withProfiles([profile(), weekly]);
    expect((await precheck(two)).problems).toEqual([]);
    world.now += 11 * DAY;
    expect((await precheck(two)).problems.map(({ kind, message }) => `${kind} ${message}`)).toEqual([
      "late daily",
      "missing no weekly yet",
    ]);
  });

  test("what is remembered of a cluster outlives that it cannot be listed", async () => {
    await precheck(hostOf(world));
    world.before = failing("alpha inventory");
    world.now += DAY;
    expect(await found(world)).toEqual(["critical unlisted alpha"]);
    world.before = undefined;
    world.now += 13 * HOUR;
    expect(await found(world)).toEqual(["critical missing alpha/disk"]);
  });
});

test("two disks of one identity, and a guest that cannot be read", async () => {
  const px = openWorld({ profiles: [profile()], proxmox: { px1: [guest(100, "web")], px2: [guest(100, "copy")] } });
  const house = hostOf(px);
  const clusters = house.clusters.map((one) => ({
    ...one,
    cluster: {
      ...one.cluster,
      inventory: async () => ({
        ...(await one.cluster.inventory()),
        blind: [{ about: "mail", because: "its configuration cannot be read", vmid: 7 }],
      }),
    },
  }));
  const { problems } = await precheck({ ...house, clusters: clusters.slice(0, 2) });
  expect(problems.map(({ kind, severity, about }) => `${severity} ${kind} ${about}`)).toEqual([
    "critical identity 00000000-0000-4000-8000-000000000100;scsi0",
    "warning blind px1/mail",
    "warning blind px2/mail",
  ]);
});

test("with a wrong clock nothing else is said, and nothing is forgotten", async () => {
  await precheck(hostOf(world));
  const before = JSON.parse((await world.objects.read("backurne.check")) ?? "").since;
  const ahead = { now: () => world.now + HOUR };
  expect(await found(world, NIGHTLY, ahead)).toEqual(["critical clock the clock"]);
  expect(JSON.parse((await world.objects.read("backurne.check")) ?? "").since).toEqual(before);
  expect(Object.keys(before)).toHaveLength(1);
});

describe("a backup", () => {
  const after: CheckSettings = { afterBackup: true };

  test("ends with a precheck, without a listing more where nothing was due", async () => {
    const kept: Precheck[] = [];
    const house = hostOf(world, after, { keepCheck: async (one) => void kept.push(one) });
    await backUp(house);
    expect(kept).toMatchObject([{ disks: 1, problems: [], oldest: "2026-01-01T01:00:00.000Z" }]);
    world.calls.length = 0;
    await backUp(house);
    expect(kept).toHaveLength(2);
    expect(world.calls.filter((call) => /inventory/.test(call))).toEqual(["backup inventory", "alpha inventory"]);
  });

  test("of one cluster says how it is with all of them", async () => {
    const two = openWorld({ profiles: [profile()], plain: ["alpha", "beta"] });
    for (const name of ["alpha", "beta"]) two.live(name).add("disk");
    const kept: Precheck[] = [];
    await backUp(hostOf(two, after, { keepCheck: async (one) => void kept.push(one) }), { cluster: "alpha" });
    expect(kept).toMatchObject([{ disks: 2 }]);
  });

  test("is as good as it was where the precheck fails, and says so", async () => {
    const keepCheck = async () => Promise.reject(new Error("no space left"));
    const { report } = await backUp(hostOf(world, after, { keepCheck }));
    const failure = { message: "what `check` shows is old: no space left", code: "command" };
    expect(report).toMatchObject({ exit: 3, totals: { done: 1 }, failures: [{ about: "precheck", failure }] });
  });
});

test("a thousand disks cost a handful of calls", async () => {
  for (let index = 0; index < 999; index += 1) world.live("alpha").add(`disk${index}`);
  await precheck(hostOf(world));
  world.calls.length = 0;
  expect((await precheck(hostOf(world))).disks).toBe(1000);
  expect(world.calls.length).toBeLessThan(20);
});
