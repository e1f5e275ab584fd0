import type { PlanInput } from "../src/index.ts";
import fc from "fast-check";
import { broken } from "./broken.ts";
import { carryOut, factsOf, recordSightings, runOnce, type Crash } from "./run.ts";
import { planRun } from "../src/index.ts";
import {
  addImage,
  changeImage,
  changeLive,
  day,
  hour,
  minute,
  nameAt,
  oldTool,
  plain,
  profile,
  removeImage,
  snap,
  start,
  worldOf,
  type Live,
  type World,
} from "./world.ts";

/** Something that happens between or in runs. Numbers choose among what stands there at that moment. */
export type Happening =
  | { readonly kind: "time"; readonly ms: number }
  | { readonly kind: "run" }
  | { readonly kind: "crash"; readonly crash: Crash }
  | { readonly kind: "image appears" | "image goes" | "image is made anew"; readonly pick: number }
  | { readonly kind: "live snapshot goes" | "point goes" | "point is held" | "chain is suspect"; readonly pick: number }
  | { readonly kind: "others' snapshot" | "operator's snapshot"; readonly pick: number }
  | { readonly kind: "cluster is down" | "cluster is up" | "cluster is another"; readonly pick: number }
  | { readonly kind: "policy"; readonly pick: number };

const pick = fc.nat({ max: 50 });
const crash: fc.Arbitrary<Crash> = fc.record({
  job: fc.nat({ max: 3 }),
  at: fc.constantFrom("snapshot", "announced", "committed", "first removal"),
});

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("run" as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("time" as const),
      ms: fc.oneof(fc.integer({ min: minute, max: 3 * hour }), fc.integer({ min: hour, max: 20 * day })),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("crash" as const), crash }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "image appears",
        "image goes",
        "image is made anew",
        "live snapshot goes",
        "point goes",
        "point is held",
        "chain is suspect",
        "others' snapshot",
        "operator's snapshot",
        "cluster is down",
        "cluster is up",
        "cluster is another",
        "policy",
      ),
      pick,
    }),
  },
);

export const history = fc.array(happening, { minLength: 1, maxLength: 40 });

const policies: readonly Live["cluster"]["profiles"][] = [
  [profile("daily", 3)],
  [profile("hourly", 4, { maxOnLive: 2 }), profile("daily", 2, { maxOnLive: 1 })],
  [profile("hourly", 2), profile("daily", 1), profile("weekly", 2, { priority: "high" })],
  [profile("weekly", 1)],
  [profile("fine", 3, { interval: 6 * hour }), profile("daily", 2)],
  [profile("fine", 3, { interval: hour }), profile("daily", 2)],
  [],
];

export interface Moment {
  readonly world: World;
  readonly now: number;
}

/** Two clusters, one of them taken over from the old tool. */
function beginning(): Moment {
  const profiles = policies[1] as Live["cluster"]["profiles"];
  const first = worldOf(plain("alpha", profiles), "a", "b", "c");
  const two = { ...first, live: [...first.live, plain("beta", profiles)] };
  const both = addImage(addImage(two, "beta", "a"), "beta", "d;e");
  const stamps = [3, 2, 1].map((days) => `backup;daily;2;${new Date(start - days * day).toISOString().slice(0, 19)}`);
  return { world: oldTool(both, "beta", "a", stamps), now: start };
}

/** Plays a history. Every plan on the way is looked at; what is wrong with one of them is thrown. */
export function playHistory(happenings: readonly Happening[]): Moment {
  return happenings.reduce(happen, beginning());
}

/** Its facts, as a run would see them now. */
export function factsAt({ world, now }: Moment): PlanInput {
  return factsOf(recordSightings(world, now), now);
}

function happen({ world, now: at }: Moment, one: Happening): Moment {
  const now = at + minute; // nothing happens at one moment
  const live = world.live;
  const images = live.flatMap((each) => each.images);
  switch (one.kind) {
    case "time":
      return { world, now: now + one.ms };
    case "run": {
      const ran = runOnce(world, now);
      complain(broken(ran.input, ran.plan));
      return { world: ran.world, now };
    }
    case "crash": {
      const seen = recordSightings(world, now);
      const input = factsOf(seen, now);
      const plan = planRun(input);
      complain(broken(input, plan));
      return { world: carryOut(seen, plan, now, one.crash), now };
    }
    case "policy": {
      const profiles = policies[one.pick % policies.length] as Live["cluster"]["profiles"];
      const cluster = pickOf(live, one.pick).cluster.name;
      return {
        world: changeLive(world, cluster, (each) => ({ ...each, cluster: { ...each.cluster, profiles } })),
        now,
      };
    }
    case "cluster is down":
    case "cluster is up":
      return {
        world: changeLive(world, pickOf(live, one.pick).cluster.name, (each) => ({
          ...each,
          down: one.kind === "cluster is down",
        })),
        now,
      };
    case "cluster is another":
      return {
        world: changeLive(world, pickOf(live, one.pick).cluster.name, (each) => ({
          ...each,
          fsid: `fsid-${now}`,
          images: each.images.map((image) => ({ ...image, source: { ...image.source, fsid: `fsid-${now}` } })),
        })),
        now,
      };
    case "image appears": {
      const cluster = pickOf(live, one.pick).cluster.name;
      const name = `new${one.pick % 3}`;
      const there = images.some(({ disk }) => disk.cluster === cluster && disk.image === name);
      return { world: there ? world : addImage(world, cluster, name), now };
    }
    case "point goes":
    case "point is held":
    case "chain is suspect":
      return { world: changePool(world, one), now };
    default:
      return images.length === 0 ? { world, now } : { world: changeOne(world, one, now), now };
  }
}

function changeOne(world: World, one: Exclude<Happening, { kind: "time" | "run" | "crash" }>, now: number): World {
  const { disk } = pickOf(
    world.live.flatMap((each) => each.images),
    one.pick,
  );
  const last = world.last + 1;
  switch (one.kind) {
    case "image goes":
      return removeImage(world, disk.cluster, disk.image);
    case "image is made anew":
      return addImage(removeImage(world, disk.cluster, disk.image), disk.cluster, disk.image);
    case "live snapshot goes":
      return changeImage(world, disk.key, (image) => ({
        ...image,
        snapshots: image.snapshots.filter((_, index) => index !== one.pick % image.snapshots.length),
      }));
    case "others' snapshot":
      return changeImage({ ...world, last }, disk.key, (image) => ({
        ...image,
        snapshots: [...image.snapshots, snap(last, nameAt("daily", 9, now + 7), { by: "others" })],
      }));
    case "operator's snapshot":
      return changeImage({ ...world, last }, disk.key, (image) => ({
        ...image,
        snapshots: [...image.snapshots, snap(last, `before upgrade ${last}`, { by: "others" })],
      }));
    default:
      return world;
  }
}

function changePool(world: World, one: { readonly kind: string; readonly pick: number }): World {
  if (world.pool.length === 0) return world;
  const { image } = pickOf(world.pool, one.pick);
  const pool = world.pool.map((copy) => {
    const point = copy.snapshots[one.pick % (copy.snapshots.length || 1)];
    if (copy.image !== image || !point) return copy;
    if (one.kind === "point goes") return { ...copy, snapshots: copy.snapshots.filter((each) => each !== point) };
    if (one.kind === "chain is suspect") return { ...copy, marks: { ...copy.marks, suspect: true } };
    return { ...copy, marks: { ...copy.marks, holds: { ...copy.marks.holds, [point.name]: "audit" } } };
  });
  return { ...world, pool };
}

function pickOf<T>(all: readonly T[], number: number): T {
  return all[number % all.length] as T;
}

function complain(rules: readonly string[]): void {
  if (rules.length > 0) throw new Error(rules.join("\n"));
}
