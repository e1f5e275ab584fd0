import { expect, test } from "vitest";
import { judgeDisk, type ChainFacts, type DiskFacts } from "../src/index.ts";
import { day, GiB, hour, imageOf, nameAt, plain, profile, snap, start, worldOf } from "./world.ts";

const key = { ident: "alpha", disk: "one" };
const disk = imageOf(worldOf(plain("alpha", []), "one"), key) as DiskFacts;
const at = (hours: number): string => nameAt("hourly", 4, start + hours * hour);

/** What the mark says of three live snapshots, and which of them stand on the backup side. */
function judgeLiveSnapshots(standing: readonly string[]) {
  const live = [snap(11, at(1)), snap(12, at(2)), snap(13, at(3))];
  const shared = live.toReversed().map(({ id, name }) => ({ id, name }));
  const chain: ChainFacts = {
    image: "alpha;one;None",
    imageId: "copy",
    kind: "current",
    key,
    comment: "None",
    size: 10 * GiB,
    snapshots: standing.map((name, index) => snap(500 + index, name)),
    marks: { source: disk.source, base: { name: at(3), id: 13, shared } },
  };
  const { live: verdicts } = judgeDisk({
    chain,
    disk: { ...disk, snapshots: live },
    state: "present",
    profiles: [profile("hourly", 4, { maxOnLive: 5 })],
    policy: { extraRetention: 30 * day, timezone: "UTC" },
    now: start + 3.5 * hour,
    intended: () => false,
  });
  return verdicts.map(({ keep, ordinary, because }) => `${keep ? "keep" : ordinary ? "remove" : "REMOVE"} ${because}`);
}

test("all three arrived", () => {
  expect(judgeLiveSnapshots([at(1), at(2), at(3)])).toEqual([
    "keep extra hourly 2; max_on_live 5",
    "keep extra hourly 1; max_on_live 5",
    "keep newest shared: base of next transfer",
  ]);
});

test("the oldest has expired on the backup side: everyday", () => {
  expect(judgeLiveSnapshots([at(2), at(3)])[0]).toBe("remove its backup has expired");
});

test("the newest was announced and never arrived: a leftover, which the brakes count", () => {
  expect(judgeLiveSnapshots([at(1), at(2)])).toEqual([
    "keep extra hourly 1; max_on_live 5",
    "keep newest shared: base of next transfer",
    "REMOVE leftover: recorded here, but not shared",
  ]);
});

test("a profile called like something every object has: its interval is unknown, and that is said", () => {
  const odd = ["backup;constructor;1;2020-01-01T00:00:00.000Z", "backup;daily;1;2026-11-01T00:00:00.000Z"];
  const { backup } = judgeDisk({
    chain: {
      image: "alpha;one;None",
      imageId: "copy",
      kind: "current",
      key,
      comment: "None",
      size: 10 * GiB,
      snapshots: odd.map((name, index) => snap(500 + index, name)),
      marks: { intervals: { db6h: 6 * hour } },
    },
    disk: undefined,
    state: "present",
    profiles: [],
    policy: { extraRetention: 30 * day, timezone: "UTC" },
    now: start,
    intended: () => false,
  });
  expect(backup[0]).toMatchObject({ keep: true, warn: true, because: "interval of constructor is unknown" });
});
