import { examine, type House, type Site } from "@backurne/engine";
import { BackurneError } from "@backurne/model";
import type { CephState } from "@backurne/rbd";
import { beforeEach, describe, expect, test } from "vitest";
import { backUp, DAY, openWorld, profile, type World } from "../src/index.ts";

const CLUSTER: CephState = {
  versions: async () => ["18.2.7", "18.2.7"],
  health: async () => [],
  pool: async () => ({ name: "p", quotaBytes: 0, quotaObjects: 0, flags: ["hashpspool"] }),
  caps: async () => ({ mon: "profile rbd", osd: "profile rbd pool=p" }),
  monitorSkew: async () => 0,
};
const PROGRAMS = "rbd rados ceph ssh zstd perl bash python3 digest".split(" ");

let world: World;
beforeEach(async () => {
  world = openWorld({ profiles: [profile()] });
  world.live("alpha").add("disk");
  await backUp(world.host("bk1"));
});

interface Changes {
  readonly ceph?: Partial<CephState>;
  readonly programs?: readonly string[];
  readonly rbd?: string;
  /** Seconds that the live host's clock is ahead. */
  readonly ahead?: number;
  readonly house?: Partial<House>;
  readonly compressed?: boolean;
}

/** With programs that say what such hosts say. */
async function found({ ceph, programs = PROGRAMS, rbd = "19.2.3", ahead = 0, ...more }: Changes = {}): Promise<
  readonly string[]
> {
  const run: Site["run"] = async ({ file, args }) => {
    const answers: Readonly<Record<string, string>> = {
      sh: programs.map((name) => `${name}\t/usr/bin/${name}\n`).join("") + "rbd for python3\t1\n",
      rbd: `ceph version ${rbd} (0) squid (stable)`,
      date: String(Math.floor(world.now / 1000) + ahead),
    };
    const stdout = answers[file];
    if (stdout === undefined) throw new Error(`nobody answers ${file} ${args.join(" ")}`);
    return { stdout, code: 0, stages: [] };
  };
  const common = { run, ceph: { ...CLUSTER, ...ceph }, compressed: more.compressed ?? false, connections: 4 };
  const sites: readonly Site[] = [
    { ...common, side: "backup", cluster: "backup", host: "this host", address: { pool: "p", namespace: "" } },
    { ...common, side: "live", cluster: "alpha", host: "ceph1", address: { pool: "p", namespace: "" } },
  ];
  const info = async () => ({ id: "1", size: 1, objectSize: 1, features: FEATURES, flags: [] });
  const backup = { ...world.backup.rbd, info };
  const house = world.host("bk1", { sites: () => sites, backup, ...more.house });
  const clusters = house.clusters.map((one) => ({
    ...one,
    cluster: { ...one.cluster, pool: () => ({ ...world.live("alpha").rbd, info }) },
  }));
  const { findings } = await examine({ ...house, clusters });
  return findings.map(({ severity, probe, about, what }) => `${severity} ${probe} ${about}: ${what}`);
}

const FEATURES = ["exclusive-lock", "object-map", "fast-diff"];

describe("doctor finds", () => {
  const pool = (flags: readonly string[], more = {}) => ({
    ceph: { pool: async () => ({ name: "p", quotaBytes: 0, quotaObjects: 0, flags, ...more }) },
  });
  const ROWS: readonly [string, Changes, readonly string[]][] = [
    ["nothing where all is well", {}, []],
    [
      "a program that is not there, where it is needed",
      { programs: PROGRAMS.filter((name) => name !== "zstd"), compressed: true },
      ["error programs ceph1: zstd is not there", "error programs this host: zstd is not there"],
    ],
    ["none that nobody needs", { programs: PROGRAMS.filter((name) => name !== "zstd") }, []],
    [
      "a user that may not write",
      { ceph: { caps: async () => ({ mon: "profile rbd", osd: "profile rbd-read-only pool=p" }) } },
      [
        "error caps client.admin on alpha (pool p): it may not write (osd: profile rbd-read-only pool=p)",
        "error caps client.admin on backup (pool p): it may not write (osd: profile rbd-read-only pool=p)",
      ],
    ],
    [
      "a user of another pool",
      { ceph: { caps: async () => ({ mon: "profile rbd", osd: "profile rbd pool=q" }) } },
      [
        "error caps client.admin on alpha (pool p): it may not write (osd: profile rbd pool=q)",
        "error caps client.admin on backup (pool p): it may not write (osd: profile rbd pool=q)",
      ],
    ],
    [
      "a pool at its quota",
      pool(["hashpspool", "full", "full_quota"]),
      ["error space alpha (pool p): it has reached its quota", "error space backup (pool p): it has reached its quota"],
    ],
    [
      "a pool that is nearly full",
      pool(["hashpspool"], { stored: 90, available: 10 }),
      ["warning space alpha (pool p): 90 % of it are used", "warning space backup (pool p): 90 % of it are used"],
    ],
    [
      "what Ceph says of itself",
      {
        ceph: { health: async () => [{ code: "OSD_NEARFULL", severity: "HEALTH_WARN", message: "1 nearfull osd(s)" }] },
      },
      [
        "warning health alpha: OSD_NEARFULL: 1 nearfull osd(s)",
        "warning health backup: OSD_NEARFULL: 1 nearfull osd(s)",
      ],
    ],
    [
      "a version with a bug",
      { rbd: "17.2.7" },
      [
        "warning versions ceph1: rbd 17.2.7: a discard that cuts an object short can be missing from differences (tracker.ceph.com 63770)",
        "warning versions this host: rbd 17.2.7: a discard that cuts an object short can be missing from differences (tracker.ceph.com 63770)",
      ],
    ],
    ["none where it is mended", { rbd: "17.2.8" }, []],
    [
      "a clock that is far off",
      { ahead: 90 },
      ["error clocks this host, by the clock of ceph1: its clock is 90 s behind"],
    ],
    [
      "one that is a little off",
      { ahead: -20 },
      ["warning clocks this host, by the clock of ceph1: its clock is 20 s ahead"],
    ],
    [
      "a probe that fails, and no other suffers",
      { ceph: { pool: () => Promise.reject(new Error("no answer")) } },
      [
        "warning space alpha (pool p): could not be looked at: no answer",
        "warning space backup (pool p): could not be looked at: no answer",
      ],
    ],
  ];
  test.each(ROWS)("%s", async (_, changes, expected) => {
    expect(await found(changes)).toEqual(expected);
  });

  test("a cluster that cannot be listed", async () => {
    world.live("alpha").images.clear();
    expect(await found()).toEqual([
      "error listing alpha: could not be looked at: its pool lists no image at all although backups of it exist",
    ]);
  });

  test("a cluster that lists little of what is backed up", async () => {
    const { add, images } = world.live("alpha");
    for (let number = 0; number < 8; number += 1) add(`disk${number}`);
    await backUp(world.host("bk1"));
    for (let number = 0; number < 8; number += 1) images.delete(`disk${number}`);
    expect(await found()).toEqual([expect.stringMatching(/^error listing alpha: lists only 1 of the 9 disks/)]);
  });

  test("the old tool at work on a pool that was taken over, and images that are nobody's", async () => {
    await world.objects.write("backurne.pool", JSON.stringify({ takenOver: new Date(world.now).toISOString() }));
    world.backup.add("holiday-pictures");
    const old = (time: number) => `backup;daily;7;${new Date(time).toISOString().slice(0, -1)}000`;
    await world.backup.rbd.createSnapshot("alpha;disk;None", old(world.now - DAY));
    expect(await found()).toEqual(["info ownership the backup pool: holiday-pictures: not ours"]);
    await world.backup.rbd.createSnapshot("alpha;disk;None", old(world.now + 2 * 60_000));
    expect(await found()).toEqual([
      expect.stringMatching(/^error ownership alpha;disk;None: backup;daily;7;\S+ was made by the old tool after/),
      "info ownership the backup pool: holiday-pictures: not ours",
    ]);
  });
});

test("doctor asks the mapper that the configuration names, and no other", async () => {
  const house = world.host("bk1");
  const socket = "/run/m.sock";
  const settings = { ...house.settings, mapper: { socket, group: "g", stateDir: "/var/lib/m" } };
  const silent = async () => Promise.reject(new BackurneError("command", "nobody answers", { hint: "start it" }));
  expect(await found({ house: { settings, mapper: { ...house.mapper, check: silent } } })).toEqual([
    `warning mapper ${socket}: nobody answers`,
  ]);
  expect(await found({ house: { settings, mapper: { ...house.mapper, check: async () => undefined } } })).toEqual([]);
  expect(await found({ house: { mapper: { ...house.mapper, check: silent } } })).toEqual([]);
});
