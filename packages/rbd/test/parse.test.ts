import { describe, expect, onTestFinished, test, vi } from "vitest";
import {
  parseChildren,
  parseExtents,
  parseInfo,
  parseInventory,
  parseLock,
  parseMetadata,
  parseSnapshots,
  parseUsage,
  parseWatchers,
} from "../src/parse.ts";
import { recorded } from "./recorded.ts";

const MIB = 1024 * 1024;
const daily = "backup;daily;30;2018-06-01T15:44:26.072348";
const hourly = "backup;hourly;48;2026-11-23T04:00:00.000Z";

describe("what Ceph printed", () => {
  test("ls -l: one entry per image, snapshots by id, each with its own size", () => {
    expect(parseInventory(recorded("inventory"))).toEqual([
      {
        image: "-dash",
        id: "101027efedd3",
        size: 4 * MIB,
        snapshots: [{ id: 6, name: "by hand;\nx", size: 4 * MIB }],
      },
      {
        image: "alpha;disk1;None",
        id: "100c2814f7d0",
        size: 128 * MIB,
        snapshots: [
          { id: 4, name: daily, size: 64 * MIB },
          { id: 5, name: hourly, size: 128 * MIB },
        ],
      },
      { image: `nasty $(id) "q" 's'\nnew line %41 ü`, id: "100e85f0757b", size: 4 * MIB + 1, snapshots: [] },
      { image: "restore-1", id: "101cadb295a7", size: 128 * MIB, snapshots: [] },
    ]);
    expect(parseInventory(recorded("inventory-empty"))).toEqual([]);
  });

  test("ls -l: the size of an image is its own, wherever its row stands among its snapshots'", () => {
    const rows = JSON.parse(recorded("inventory")) as unknown[];
    const turned = parseInventory(JSON.stringify(rows.toReversed()));
    expect(turned.toReversed()).toEqual(parseInventory(recorded("inventory")));
  });

  test("snap ls: what is protected; children: by their whole names", () => {
    const kept = recorded("snapshots").replace('"protected":"false"', '"protected":"true"');
    expect(parseSnapshots(kept).map((one) => one.protected)).toEqual([true, undefined]);
    const child = { pool: "p", pool_namespace: "", image: "restore-1", trash: false };
    const rows = [child, { ...child, pool_namespace: "n" }];
    expect(parseChildren(JSON.stringify(rows))).toEqual(["p/restore-1", "p/n/restore-1"]);
    expect(parseChildren("[]\n")).toEqual([]);
  });

  test("snap ls: Ceph's time is UTC, in epoch ms, wherever we are", () => {
    vi.stubEnv("TZ", "Asia/Kolkata");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(new Date(0).getHours()).toBe(5); // the zone is really another
    expect(parseSnapshots(recorded("snapshots"))).toEqual([
      { id: 4, name: daily, size: 64 * MIB, created: Date.UTC(2026, 10, 23, 5, 3, 14) },
      { id: 5, name: hourly, size: 128 * MIB, created: Date.UTC(2026, 10, 23, 5, 3, 16) },
    ]);
    expect(parseSnapshots(recorded("snapshots-none"))).toEqual([]);
    const third = recorded("snapshots").replace("Mon Nov 23 05:03:14", "Tue Nov  3 23:59:59");
    expect(parseSnapshots(third)[0]?.created).toBe(Date.UTC(2026, 10, 3, 23, 59, 59));
  });

  test("info", () => {
    expect(parseInfo(recorded("info"))).toEqual({
      id: "100c2814f7d0",
      size: 128 * MIB,
      objectSize: 4 * MIB,
      features: ["layering", "exclusive-lock", "object-map", "fast-diff", "deep-flatten", "operations"],
      flags: [],
      stripeUnit: undefined,
      stripeCount: undefined,
      dataPool: undefined,
    });
    const snapshot = "backup;hourly;48;2026-11-23T04:00:00.000Z";
    expect(parseInfo(recorded("info-clone")).parent).toEqual({ image: "alpha;disk1;None", snapshot });
  });

  test("status: nobody, or somebody", () => {
    expect(parseWatchers(recorded("status"))).toBe(false);
    expect(parseWatchers(`{"watchers":[{"address":"127.0.0.1:0/1","client":4163,"cookie":1}]}`)).toBe(true);
  });

  test("image-meta list prints nothing at all where there is nothing", () => {
    expect(recorded("metadata-none")).toBe("");
    expect(parseMetadata(recorded("metadata-none"))).toEqual({});
    expect(parseMetadata(recorded("metadata"))).toEqual({
      "backurne.v": "1",
      "backurne.source": `{"fsid":"f","image":"a;\\"b\\"\\nc"}`,
    });
  });

  test("diff: bytes that exist; a hole costs nothing on the wire", () => {
    expect(parseExtents(recorded("extents"))).toBe(8 * MIB);
    expect(parseExtents(recorded("extents-none"))).toBe(0);
    const hole = `[{"offset":0,"length":100,"exists":"false"},{"offset":100,"length":7,"exists":"true"}]`;
    expect(parseExtents(hole)).toBe(7);
  });

  test("du: a row per image and per snapshot", () => {
    const usage = parseUsage(recorded("usage"));
    expect(usage).toHaveLength(7);
    expect(usage).toContainEqual({
      image: "alpha;disk1;None",
      snapshot: daily,
      size: 64 * MIB,
      used: 32 * MIB,
    });
    expect(usage).toContainEqual({ image: "restore-1", snapshot: undefined, size: 128 * MIB, used: 0 });
  });

  test("lock info: every renewal is a locker of its own, times are the OSD's", () => {
    const lock = parseLock(recorded("lock"));
    expect(lock.tag).toBe("t1");
    expect(lock.lockers.map(({ name, description, expires }) => [name, description, expires])).toEqual([
      ["client.4163", 'h "1"', Date.UTC(2026, 10, 23, 4, 53, 2, 261)],
      ["client.4166", 'h "1"', Date.UTC(2026, 10, 23, 4, 53, 2, 394)],
    ]);
    expect(parseLock(recorded("lock-none"))).toEqual({ tag: "", lockers: [] });
  });

  test("lock info: a lock without a duration never expires", () => {
    expect(parseLock(recorded("lock-endless")).lockers.map((locker) => locker.expires)).toEqual([Infinity]);
  });
});

describe("what nobody expected", () => {
  const rows: readonly [string, (text: string) => unknown, string, string][] = [
    ["no JSON", parseInfo, "rbd: warning", "rbd info"],
    ["cut JSON", parseInventory, recorded("inventory").slice(0, -3), "rbd ls -l"],
    ["another shape", parseSnapshots, `{"snapshots":[]}`, "rbd snap ls"],
    ["a size that is text", parseInfo, recorded("info").replace(/"size":\d+/, `"size":"1"`), "rbd info"],
    ["a snapshot without id", parseInventory, recorded("inventory").replace(`"snapshot_id":4,`, ""), "rbd ls -l"],
    ["no watchers", parseWatchers, "{}", "rbd status"],
    ["metadata in a list", parseMetadata, `["a"]`, "rbd image-meta list"],
    ["no images", parseUsage, "{}", "rbd du"],
    ["a lock without lockers", parseLock, `{"tag":""}`, "rados lock info"],
  ];
  test.each(rows)("%s names the program", (_, parse, text, program) => {
    expect(() => parse(text)).toThrow(`${program} printed something else than expected: ${text.slice(0, 60)}`);
  });

  test("a time that cannot be read is not taken for any other", () => {
    const text = recorded("snapshots").replace("Mon Nov 23", "yesterday");
    expect(() => parseSnapshots(text)).toThrow("rbd printed a time that cannot be read: yesterday");
  });
});
