import type { Explanation } from "@backurne/model";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { candidatesOf, explainDisk, type PlanInput } from "../src/index.ts";
import { factsOf, runOnce } from "./run.ts";
import {
  changeCopy,
  changeImage,
  changeLive,
  copyOf,
  day,
  hour,
  plain,
  profile,
  start,
  worldOf,
  type World,
} from "./world.ts";

const { FC_SEED, FC_RUNS } = process.env;
vi.setConfig({ testTimeout: 120_000 });

const key = { ident: "alpha", disk: "one" };
const image = "alpha;one;None";

function explain(input: PlanInput): Explanation {
  const candidate = candidatesOf(input).find(({ input: { subject } }) => subject.image === image);
  if (!candidate) throw new Error(`no ${image}`);
  return explainDisk(candidate);
}

function playNights(world: World, from: number, nights: number): World {
  for (let night = 0; night < nights; night += 1) world = runOnce(world, from + night * day).world;
  return world;
}

const counts = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }));
const story = fc.record({
  daily: counts,
  weekly: fc.option(counts),
  monthly: fc.option(fc.tuple(fc.constant(1), fc.integer({ min: 1, max: 2 }))),
  at: fc.boolean(),
  nights: fc.integer({ min: 1, max: 50 }),
  held: fc.option(fc.record({ index: fc.nat(9), days: fc.option(fc.integer({ min: 1, max: 40 })) })),
});

test("what explain says to expire is what the runs of the nights to come remove, and no other night", () => {
  fc.assert(
    fc.property(story, ({ daily, weekly, monthly, at, nights, held }) => {
      const policies = [0, 1].map((turn) => [
        profile("daily", daily[turn] as number, at ? { at: "01:00" } : {}),
        ...(weekly ? [profile("weekly", weekly[turn] as number, { maxOnLive: 1 })] : []),
        ...(monthly ? [profile("monthly", monthly[turn] as number)] : []),
      ]);
      const [before = [], after = []] = policies;
      let world = playNights(worldOf(plain("alpha", before), "one"), start, nights);
      const now = start + (nights - 1) * day + hour;
      world = changeLive(world, "alpha", (live) => ({ ...live, cluster: { ...live.cluster, profiles: after } }));
      const point = copyOf(world, key)?.snapshots[held?.index ?? 99];
      if (held && point) {
        const hold = held.days === null ? {} : { until: new Date(now + held.days * day).toISOString() };
        world = changeCopy(world, image, (copy) => ({
          ...copy,
          marks: { ...copy.marks, holds: { [point.name]: hold } },
        }));
      }
      const told = explain(factsOf(world, now)).snapshots.filter(({ side }) => side === "backup");
      const gone = new Map<string, string>();
      for (let night = nights; night < nights + 120; night += 1) {
        const run = start + night * day;
        const standing = copyOf(world, key)?.snapshots.map(({ name }) => name) ?? [];
        world = runOnce(world, run).world;
        const left = new Set(copyOf(world, key)?.snapshots.map(({ name }) => name));
        for (const name of standing) if (!left.has(name)) gone.set(name, new Date(run).toISOString());
      }
      const last = new Date(start + (nights + 119) * day).toISOString();
      for (const { name, expires, expiresBecause } of told) {
        const within = expires !== undefined && expires <= last ? expires : undefined;
        expect([name, expiresBecause, within]).toEqual([name, expiresBecause, gone.get(name)]);
      }
    }),
    { numRuns: Number(FC_RUNS ?? 60), ...(FC_SEED ? { seed: Number(FC_SEED) } : {}) },
  );
});

const now = start + 3 * day + 2 * hour;
const four = (): World => playNights(worldOf(plain("alpha", [profile("daily", 2)]), "one", "two"), start, 4);
const told = (world: World) =>
  explain(factsOf(world, now))
    .snapshots.filter(({ side }) => side === "backup")
    .map(({ expires, expiresBecause }) => `${expires?.slice(0, 10) ?? "-"} ${expiresBecause}`);

test("when each goes, and what keeps it until then", () => {
  expect(told(four())).toEqual([
    "2026-11-06 old enough, and enough newer ones stay",
    "2026-11-07 until it is older than 48 h",
    "2026-11-08 until it is older than 48 h",
  ]);
});

test.each<[string, (world: World) => World, string]>([
  [
    "an alarm, until somebody has looked",
    (world) => marked(world, { alarm: { at: new Date(now).toISOString(), bytes: 9, usual: 1 } }),
    "- hold by the change alarm of 2026-11-05 04:00",
  ],
  [
    "a suspect chain: another one will be begun",
    (world) => marked(world, { suspect: { snapshot: "x" } }),
    "- the next backup starts a new generation: the chain is suspect",
  ],
  [
    "a mark that says nothing we know",
    (world) => marked(world, { unreadable: "backurne.base is x" }),
    "- a mark of the image cannot be read: nothing of it is touched",
  ],
  [
    "a disk that was made anew",
    (world) => changeImage(world, key, (one) => ({ ...one, source: { ...one.source, id: "other" } })),
    "- the next backup starts a new generation: live image id changed",
  ],
  [
    "what somebody has open",
    (world) =>
      changeCopy(world, image, (copy) => ({
        ...copy,
        snapshots: copy.snapshots.map((one) => ({ ...one, protected: true as const })),
      })),
    "- protected: it is mapped, or has clones",
  ],
  [
    "a source that nobody can list",
    (world) => changeLive(world, "alpha", (live) => ({ ...live, down: true })),
    "- frozen: the source could not be listed",
  ],
])("%s", (_, change, first) => {
  expect(told(change(four()))[0]).toContain(first);
});

function marked(world: World, marks: object): World {
  return changeCopy(world, image, (copy) => ({ ...copy, marks: { ...copy.marks, ...marks } }));
}
