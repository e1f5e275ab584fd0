import { holdImage, precheck, type House } from "@backurne/engine";
import type { CheckProblem, Settings } from "@backurne/model";
import { beforeEach, describe, expect, test } from "vitest";
import { backUp, DAY, failing, guest, HOUR, openWorld, profile, type World } from "../src/index.ts";

// Snapshots of ours that should be gone, on either side, and those that are meant to stay.

const TARGET = "alpha;disk;None";

let world: World;
beforeEach(() => {
  world = openWorld({ profiles: [profile({ count: 2 })] });
  world.live("alpha").add("disk");
});

const leftovers = (problems: readonly CheckProblem[]): readonly string[] =>
  problems.filter(({ kind }) => kind === "leftover").map(({ severity, message }) => `${severity}: ${message}`);

async function look(house: House = world.host("bk1")): Promise<readonly string[]> {
  return leftovers((await precheck(house)).problems);
}

/** What is said of leftovers after each of these nights. */
async function nights(count: number, house = (): House => world.host("bk1")): Promise<readonly string[]> {
  const said: string[] = [];
  for (let night = 0; night < count; night += 1) {
    world.now += DAY;
    await backUp(house());
    said.push(...(await look(house())));
  }
  return said;
}

function configured(change: Partial<Settings>, rules: House["clusters"][number]["settings"]["rules"] = []): House {
  const house = world.host("bk1");
  const clusters = house.clusters.map((one) => ({ ...one, settings: { ...one.settings, rules } }));
  return { ...house, clusters, settings: { ...house.settings, ...change } };
}

const images = () => ({
  backup: world.backup.images.get(TARGET)!,
  live: world.live("alpha").images.get("disk")!,
});

describe("should be gone", () => {
  test("from the live side", async () => {
    await nights(1);
    world.before = failing("alpha removeSnapshot disk");
    expect(await nights(1)).toEqual([]);
    world.before = undefined;
    const [old] = world.live("alpha").points("disk");
    world.now += 2 * DAY;
    expect(await look()).toEqual([]);
    world.now += 1;
    expect(await look()).toEqual([`warning: ${old} should be gone from the live side`]);
    expect(await nights(1)).toEqual([]);
  });

  test("from the backup side, by the second day after it could have gone", async () => {
    expect(await nights(3)).toEqual([]);
    world.before = failing(`backup removeSnapshot ${TARGET}`);
    const [old] = world.backup.points(TARGET);
    expect(await nights(3)).toEqual([]);
    expect(await nights(1)).toEqual([`warning: ${old} should be gone from the backup side`]);
    expect(await nights(1)).toEqual([`warning: ${old} and 1 more should be gone from the backup side`]);
    world.before = undefined;
    expect(await nights(1)).toEqual([]);
    expect(JSON.parse((await world.objects.read("backurne.check")) ?? "").since).toEqual({});
  });

  test("into the trash, with the last copy of a disk that is gone", async () => {
    world.live("alpha").add("other");
    await nights(2);
    world.live("alpha").images.delete("disk");
    world.before = failing(`backup trash ${TARGET}`);
    let said: readonly string[] = [];
    for (let night = 0; night < 50 && said.length === 0; night += 1) said = await nights(1);
    expect(said).toEqual(["warning: the last copy of disk should be in the trash"]);
    expect(world.backup.points(TARGET)).toHaveLength(1);
  });
});

describe("is meant to stay", () => {
  interface Row {
    readonly what: string;
    readonly prepare?: () => unknown;
  }
  const mark = (key: string, value: unknown) => images().backup.metadata.set(`backurne.${key}`, JSON.stringify(value));
  function protect(): void {
    const { snapshots } = images().backup;
    for (const [name, one] of snapshots) snapshots.set(name, { ...one, protected: true });
  }
  function disappear(): void {
    world.live("alpha").add("other");
    world.live("alpha").images.delete("disk");
  }
  const TABLE: readonly Row[] = [
    { what: "what each night lets go and the next removes" },
    { what: "what is held", prepare: () => holdImage(world.host("bk1"), { image: "disk", reason: "audit" }) },
    {
      what: "what an alarm holds",
      prepare: () => mark("alarm", { at: "2026-01-01T02:00:00Z", bytes: 2 ** 33, usual: 2 ** 30 }),
    },
    { what: "a suspect generation", prepare: () => mark("suspect", { at: "2026-01-01T02:00:00Z" }) },
    { what: "what is mapped", prepare: protect },
    {
      what: "what is mapped of a disk that is gone",
      prepare() {
        protect();
        disappear();
      },
    },
    {
      what: "a disk that fades for a month",
      prepare: disappear,
    },
    {
      what: "what a cluster that lists nothing is known by",
      prepare: () => world.live("alpha").images.clear(),
    },
  ];
  test.each(TABLE)("$what", async ({ prepare }) => {
    await nights(3);
    await prepare?.();
    await world.objects.removeObject("backurne.index");
    expect(await nights(40)).toEqual([]);
  });

  test("an extra on the live side, of each profile", async () => {
    world = openWorld({ profiles: [profile({ maxOnLive: 3 }), profile({ name: "hourly", interval: HOUR, count: 5 })] });
    world.live("alpha").add("disk");
    for (let hour = 0; hour < 100; hour += 1) {
      world.now += HOUR;
      // Who cleans everything up does it once a day.
      await backUp(world.host("bk1"), hour % 24 === 0 ? {} : { profile: "hourly" });
      expect(await look()).toEqual([]);
    }
  });

  test.each([
    [
      1,
      "the backup pool",
      ["18 more should be gone from the live side", "16 more should be gone from the backup side"],
    ],
    [2, "alpha/disk", []],
  ])("what a brake refuses, %i a night of a profile that keeps more now", async (times, about, everyday) => {
    const keeping = (count: number) => {
      const house = world.host("bk1");
      const profiles = [profile({ count: 2 }), profile({ name: "weekly", interval: 7 * DAY, count })];
      return {
        ...house,
        clusters: house.clusters.map((one) => ({ ...one, settings: { ...one.settings, profiles } })),
      };
    };
    for (let night = 0; night < 20; night += 1) {
      world.now += DAY;
      await backUp(world.host("bk1"), { cleanup: "none" });
      for (let one = 0; one < times; one += 1) {
        await world.backup.rbd.createSnapshot(TARGET, `backup;weekly;1;${new Date(world.now + one).toISOString()}`);
      }
    }
    for (let day = 0; day < 4; day += 1) {
      const { problems } = await precheck(keeping(52));
      expect(problems.filter(({ kind }) => kind === "refused").map((one) => one.about)).toEqual([about]);
      const said = leftovers(problems).map((one) => one.replace(/^warning: backup;daily.* and /, ""));
      expect(said).toEqual(day < 3 ? [] : everyday);
      world.now += DAY;
    }
  });

  test("what has expired of a chain whose full waits for its turn", async () => {
    await nights(3);
    world.before = failing(`backup removeSnapshot ${TARGET}`);
    await nights(3);
    images().live.snapshots.clear();
    expect(await nights(4, () => configured({ maxNewFullsPerRun: 0 }))).toEqual([]);
  });
});

describe("on a disk that is not backed up any more, which no run cleans up", () => {
  const EXCLUDED = [{ path: "exclude[0]", match: { name: "disk" }, effect: "exclude" }] as const;

  test("excluded: it is named, and no monitoring is alarmed", async () => {
    await nights(3);
    const [base] = world.live("alpha").points("disk");
    await world.live("alpha").rbd.createSnapshot("disk", "backup;daily;2;2026-01-02T00:00:00.000Z"); // somebody else's
    const house = () => configured({}, EXCLUDED);
    expect(await nights(3, house)).toEqual([]);
    expect(await nights(1, house)).toEqual([
      `info: a snapshot of ours stands on its live image (${base}), which no run removes: exclude[0] name disk`,
    ]);
    expect(await nights(1)).toEqual([]);
  });

  test("switched off by its cluster: the same", async () => {
    world = openWorld({ profiles: [profile()], proxmox: { px1: [guest(100, "web")] } });
    await nights(2);
    const because = "backup=0 stands on scsi0";
    const off = (): House => {
      const house = world.host("bk1");
      const clusters = house.clusters.map((one) => ({
        ...one,
        cluster: {
          ...one.cluster,
          async inventory() {
            const { guests, ...rest } = await one.cluster.inventory();
            const disks = guests.flatMap((each) => each.disks);
            return {
              ...rest,
              guests: [],
              omitted: disks.map((disk) => ({ ...disk, state: "switched off", because }) as const),
            };
          },
        },
      }));
      return { ...house, clusters };
    };
    const [base] = world.live("px1").points("vm-100-scsi0");
    expect(await nights(3, off)).toEqual([]);
    expect(await nights(1, off)).toEqual([
      `info: a snapshot of ours stands on its live image (${base}), which no run removes: ${because}`,
    ]);
  });
});
