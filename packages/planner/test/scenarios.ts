import type { Marks } from "@backurne/model";
import type { PlanInput } from "../src/index.ts";
import { factsOf, recordSightings, runOnce } from "./run.ts";
import {
  addImage,
  changeCopy,
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
  type World,
} from "./world.ts";

const hourly = profile("hourly", 4, { maxOnLive: 1 });
const daily = profile("daily", 3);
const one = { ident: "alpha", disk: "one" };
const image = "alpha;one;None";

function alpha(...images: readonly string[]): World {
  return worldOf(plain("alpha", [hourly, daily]), ...images);
}

/** An hour apart, so that hourly is due each time. */
function afterHours(world: World, hours: number): World {
  return Array.from({ length: hours }, (_, index) => start + index * hour).reduce(
    (left, now) => runOnce(left, now).world,
    world,
  );
}

function facts(world: World, now: number, more: Partial<PlanInput> = {}): PlanInput {
  return factsOf(recordSightings(world, now), now, more);
}

/** One image of the old tool, two nights, the newest of them on both sides. */
function taken(): World {
  const stamps = ["2026-10-31T02:00:00.123456", "2026-11-01T02:00:00.123456"];
  return oldTool(
    worldOf(plain("alpha", [daily]), "one"),
    "alpha",
    "one",
    stamps.map((stamp) => `backup;daily;3;${stamp}`),
  );
}

function daysGone(days: number): PlanInput {
  const before = removeImage(afterHours(alpha("one", "two"), 6), "alpha", "one");
  const looks = Array.from({ length: days }, (_, night) => start + (night + 1) * day);
  const world = looks.reduce((left, now) => runOnce(left, now).world, before);
  return facts(world, start + (days + 1) * day);
}

/** A suspect chain was closed, and what took its place carries these marks. */
function afterSuspect(marks: Marks): World {
  const suspect = changeCopy(afterHours(alpha("one"), 6), image, (copy) => ({
    ...copy,
    marks: { ...copy.marks, suspect: { since: "2026-11-02T06:30:00Z" } },
  }));
  const next = runOnce(suspect, start + 6 * hour).world;
  return changeCopy(next, image, (copy) => ({ ...copy, marks: { ...copy.marks, ...marks } }));
}

/** By the name of its golden: what a run finds. */
export const scenarios: Readonly<Record<string, () => PlanInput>> = {
  "first backup": () => facts(alpha("one", "two"), start),
  "nothing due": () => facts(afterHours(alpha("one"), 2), start + hour + 10 * minute),
  "hourly due": () => facts(afterHours(alpha("one"), 2), start + 2 * hour),
  "two profiles due, one transfer": () => facts(afterHours(alpha("one"), 6), start + day),
  "live image made anew": () => {
    const world = afterHours(alpha("one"), 6);
    return facts(addImage(removeImage(world, "alpha", "one"), "alpha", "one"), start + 6 * hour);
  },
  "another cluster under the same name": () => {
    const world = changeLive(afterHours(alpha("one"), 6), "alpha", (live) => ({
      ...live,
      fsid: "other",
      images: live.images.map((each) => ({ ...each, source: { ...each.source, fsid: "other" } })),
    }));
    return facts(world, start + 6 * hour);
  },
  "live snapshots gone": () => {
    const world = changeImage(afterHours(alpha("one"), 6), one, (each) => ({ ...each, snapshots: [] }));
    return facts(world, start + 6 * hour);
  },
  "old chain, shared name": () => facts(taken(), start),
  "old chain, sizes differ": () => {
    const world = changeImage(taken(), one, (each) => ({
      ...each,
      snapshots: each.snapshots.map((snapshot) => ({ ...snapshot, size: 1 })),
    }));
    return facts(world, start);
  },
  "base by its twin": () => {
    const world = afterHours(alpha("one"), 1);
    const [name] = world.live[0]?.images[0]?.snapshots.map((snapshot) => snapshot.name) ?? [];
    const expired = changeCopy(world, image, (copy) => ({
      ...copy,
      snapshots: copy.snapshots.filter((point) => point.name !== name),
    }));
    return facts(expired, start + hour);
  },
  "target pending": () => facts(pending(), start + 2 * hour + minute),
  "suspect chain": () => {
    const world = changeCopy(afterHours(alpha("one"), 6), image, (copy) => ({
      ...copy,
      marks: { ...copy.marks, suspect: { since: "2026-11-02T06:30:00Z" } },
    }));
    return facts(world, start + 6 * hour);
  },
  "after a suspect chain": () => {
    const world = changeCopy(afterHours(alpha("one"), 6), image, (copy) => ({
      ...copy,
      marks: { ...copy.marks, suspect: { since: "2026-11-02T06:30:00Z" } },
    }));
    return facts(runOnce(world, start + 6 * hour).world, start + 7 * hour);
  },
  excluded: () => {
    const place = { file: "/etc/backurne/backurne.yaml", line: 93 };
    const rule = { path: "alpha.exclude[2]", place, match: { name: "ci-*" }, effect: "exclude" as const };
    const world = afterHours(alpha("ci-3", "one"), 6);
    const excluding = changeLive(world, "alpha", (live) => ({ ...live, cluster: { ...live.cluster, rules: [rule] } }));
    return facts(excluding, start + 30 * day);
  },
  "cluster cannot be listed": () => {
    const world = changeLive(afterHours(alpha("one"), 6), "alpha", (live) => ({ ...live, down: true }));
    return facts(world, start + 300 * day);
  },
  "cluster lists nothing": () => {
    const world = removeImage(afterHours(alpha("one"), 6), "alpha", "one");
    return facts(world, start + 300 * day);
  },
  "cluster not configured any more": () => facts({ ...afterHours(alpha("one"), 6), live: [] }, start + 300 * day),
  "source missing for a day": () => daysGone(1),
  "source missing for three days": () => daysGone(3),
  "last copy": () => daysGone(30),
  "closed generation fades": () => {
    const world = afterHours(alpha("one"), 6);
    const anew = addImage(removeImage(world, "alpha", "one"), "alpha", "one");
    const next = runOnce(anew, start + 6 * hour).world;
    return facts(next, start + 2 * day);
  },
  "closed generation, its successor suspect": () => {
    const anew = addImage(removeImage(afterHours(alpha("one"), 6), "alpha", "one"), "alpha", "one");
    const next = runOnce(anew, start + 6 * hour).world;
    const suspect = changeCopy(next, image, (copy) => ({ ...copy, marks: { ...copy.marks, suspect: {} } }));
    return facts(
      changeLive(suspect, "alpha", (live) => ({ ...live, down: true })),
      start + 300 * day,
    );
  },
  "closed as suspect, its successor not verified": () => facts(afterSuspect({}), start + 300 * day),
  "closed as suspect, only later points of its successor verified": () => {
    const last = { snapshot: "later", how: "sent", at: "2026-11-03T00:00:00Z" } as const;
    return facts(afterSuspect({ verified: { last } }), start + 300 * day);
  },
  "closed as suspect, its successor verified": () => {
    const last = { snapshot: "first", how: "sent", at: "2026-11-03T00:00:00Z" } as const;
    return facts(afterSuspect({ verified: { last, begun: last.at } }), start + 300 * day);
  },
  "two sources of one key": () => {
    const world = alpha("one", "two");
    const other = plain("pha", [daily], { identPrefix: "al" });
    return facts(addImage({ ...world, live: [...world.live, other] }, "pha", "one"), start);
  },
  "two chains of one key": () => {
    const world = afterHours(alpha("one", "two"), 2);
    const copies = world.pool.filter((copy) => copy.image === image);
    const stray = copies.map((copy) => ({ ...copy, image: "alpha;one;renamed", comment: "renamed", imageId: "stray" }));
    return facts({ ...world, pool: [...world.pool, ...stray] }, start + 2 * hour);
  },
  "leftovers on the live side": () => {
    const world = afterHours(alpha("one"), 2);
    const mine = nameAt("hourly", 4, start + 100 * minute);
    const theirs = nameAt("hourly", 4, start + 101 * minute);
    const littered = changeImage(world, one, (each) => ({
      ...each,
      snapshots: [
        ...each.snapshots,
        snap(901, mine),
        snap(902, theirs, { by: "others" }),
        snap(903, "by hand", { by: "others" }),
      ],
    }));
    return facts({ ...littered, intents: [`alpha;one ${mine}`] }, start + 110 * minute);
  },
  "held points": () => {
    const world = changeCopy(afterHours(alpha("one"), 6), image, (copy) => ({
      ...copy,
      marks: {
        ...copy.marks,
        holds: Object.fromEntries(copy.snapshots.slice(0, 3).map(({ name }) => [name, "audit"])),
      },
    }));
    return facts(world, start + 20 * day);
  },
  "unknown interval": () => {
    const world = afterHours(worldOf(plain("alpha", [profile("db6h", 2, { interval: 6 * hour })]), "one"), 1);
    const without = changeLive(world, "alpha", (live) => ({
      ...live,
      cluster: { ...live.cluster, profiles: [daily] },
    }));
    const pool = without.pool.map((copy) => ({ ...copy, marks: { ...copy.marks, intervals: undefined } }));
    return facts({ ...without, pool }, start + 300 * day);
  },
  priorities: () => {
    const rules = [
      { path: "alpha.rules[0]", match: { name: "db*" }, effect: "set" as const, profiles: ["weekly"] },
      { path: "alpha.rules[1]", match: { name: "none" }, effect: "set" as const, profiles: [] },
    ];
    const weekly = profile("weekly", 4, { priority: "high", default: false });
    const world = worldOf(plain("alpha", [daily, weekly], { rules }), "small", "large", "db1", "none", "old");
    const sized = ["large", "db1"].reduce(
      (left, disk, index) =>
        changeImage(left, { ident: "alpha", disk }, (each) => ({ ...each, size: (90 - index) * each.size })),
      world,
    );
    return facts(sized, start, { policy: { extraRetention: 30 * day, timezone: "UTC", maxNewFulls: 2 } });
  },
};

/** A run died after it had announced its transfer: the mark says a name that does not stand. */
function pending(): World {
  const world = afterHours(alpha("one"), 2);
  const name = nameAt("hourly", 4, start + 2 * hour);
  const snapshots = [...(world.live[0]?.images[0]?.snapshots ?? []), snap(900, name)];
  const made = changeImage({ ...world, intents: [`alpha;one ${name}`] }, one, (each) => ({ ...each, snapshots }));
  return changeCopy(made, image, (copy) => {
    const older = copy.marks.base?.shared ?? [];
    return { ...copy, marks: { ...copy.marks, base: { name, id: 900, shared: [{ name, id: 900 }, ...older] } } };
  });
}
