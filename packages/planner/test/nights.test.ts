import { describe, expect, test, vi } from "vitest";
import { broken } from "./broken.ts";
import { runOnce, type Ran } from "./run.ts";
import { copyOf, day, hour, minute, plain, profile, removeImage, start, worldOf, type World } from "./world.ts";

vi.setConfig({ testTimeout: 120_000 });

const key = { ident: "alpha", disk: "one" };

function play(world: World, runs: readonly number[], change?: (world: World, run: number) => World): readonly Ran[] {
  const played: Ran[] = [];
  for (const [index, now] of runs.entries()) {
    const before = change ? change(world, index) : world;
    const ran = runOnce(before, now);
    expect(broken(ran.input, ran.plan)).toEqual([]);
    expect(ran.plan.refused).toEqual([]);
    expect(ran.plan.failures).toEqual([]);
    world = ran.world;
    played.push(ran);
  }
  return played;
}

const nights = (count: number): readonly number[] => Array.from({ length: count }, (_, night) => start + night * day);
const removals = ({ plan }: Ran) => plan.jobs.flatMap((job) => job.steps.filter((step) => step.kind === "remove"));

describe("60 nights", () => {
  test.each([7, 2, 1])("daily: %d, never a refusal, and every removal ordinary", (count) => {
    const world = worldOf(plain("alpha", [profile("daily", count)]), "one", "two");
    for (const [night, ran] of play(world, nights(60)).entries()) {
      expect(removals(ran).every((step) => step.ordinary)).toBe(true);
      const modes = ran.plan.jobs.flatMap((job) =>
        job.steps.flatMap((step) => (step.kind === "transfer" ? step.mode : [])),
      );
      expect(modes).toEqual(night === 0 ? ["full", "full"] : ["incremental", "incremental"]);
      for (const copy of ran.world.pool) {
        // A point that is exactly as old as its limit stays one night longer.
        expect(copy.snapshots.length).toBe(Math.min(night + 1, count + 1));
      }
      for (const image of ran.world.live[0]?.images ?? []) expect(image.snapshots.length).toBe(1);
    }
  });

  test.each([
    [1, 5],
    [2, 4],
    [3, 3],
  ])("daily: %d with max_on_live: %d: what has expired is no extra, and no leftover either", (count, maxOnLive) => {
    const world = worldOf(plain("alpha", [profile("daily", count, { maxOnLive })]), "one", "two", "three");
    for (const [night, ran] of play(world, nights(60)).entries()) {
      expect(removals(ran).every((step) => step.ordinary)).toBe(true);
      for (const image of ran.world.live[0]?.images ?? []) {
        expect(image.snapshots.length).toBe(Math.min(night + 1, count + 1, maxOnLive + 1));
      }
    }
  });

  test("an image deleted in the middle fades, night by night, and ends in the trash", () => {
    const world = worldOf(plain("alpha", [profile("daily", 7)]), "one", "two");
    const played = play(world, nights(60 + 20), (one, night) =>
      night === 20 ? removeImage(one, "alpha", "one") : one,
    );
    const left = played.map((ran) => copyOf(ran.world, key)?.snapshots.length ?? 0);
    // Nights 20, 21 and 22 look for it: seen missing three times over 48 h. Then it fades by age, two points at first.
    expect(left.slice(18, 32)).toEqual([8, 8, 8, 8, 5, 4, 3, 2, 1, 1, 1, 1, 1, 1]);
    const states = played.map(({ plan }) => plan.skipped.find((skip) => skip.subject.disk === "one")?.because);
    expect(states.slice(20, 23)).toEqual([
      "not on alpha since 2026-11-22, not confirmed yet (1 of 3 looks)",
      "not on alpha since 2026-11-22, not confirmed yet (2 of 3 looks)",
      "not on alpha since 2026-11-22",
    ]);
    // Its last copy is of night 19: seven days for itself, thirty more for being the last.
    const trash = played.findIndex(({ plan }) =>
      plan.jobs.some((job) => job.steps.some((step) => step.kind === "trash")),
    );
    expect(trash).toBe(19 + 7 + 30 + 1);
    expect(left.slice(trash - 1, trash + 1)).toEqual([1, 0]);
    // The other one has never noticed.
    expect(played.every((ran) => removals(ran).every((step) => step.ordinary))).toBe(true);
    expect(copyOf(played.at(-1)?.world as World, { ...key, disk: "two" })?.snapshots.length).toBe(8);
  });

  test("an image that is away for two looks loses nothing", () => {
    const world = worldOf(plain("alpha", [profile("daily", 7)]), "one", "two");
    const image = world.live[0]?.images.find(({ disk }) => disk.image === "one");
    let away = image;
    const played = play(world, nights(30), (one, night) => {
      const live = one.live[0];
      if (night === 20) away = live?.images.find(({ disk }) => disk.image === "one");
      if (night === 20) return removeImage(one, "alpha", "one");
      if (night !== 22 || !live || !away) return one;
      return { ...one, live: [{ ...live, images: [...live.images, away] }] };
    });
    const left = played.map((ran) => copyOf(ran.world, key)?.snapshots.length);
    expect(left.slice(19, 23)).toEqual([8, 8, 8, 7]); // frozen; then expiry catches up, and seven stay
    expect(copyOf(played[21]?.world as World, key)?.marks.gone?.runs).toBe(2);
    expect(copyOf(played[22]?.world as World, key)?.marks.gone).toBeUndefined();
    const modes = played[22]?.plan.jobs.flatMap((job) =>
      job.steps.flatMap((step) => (step.kind === "transfer" ? step.mode : [])),
    );
    expect(modes).toEqual(["incremental", "incremental"]);
  });

  test("extra snapshots on the live side, and twins of two profiles: never a refusal", () => {
    const profiles = [profile("daily", 7, { maxOnLive: 2 }), profile("weekly", 4, { maxOnLive: 1 })];
    const played = play(worldOf(plain("alpha", profiles), "one"), nights(60));
    const last = played.at(-1)?.world as World;
    const live = last.live[0]?.images[0]?.snapshots.map(({ ours }) => ours?.profile);
    expect(live).toEqual(["weekly", "daily", "daily", "daily"]);
    expect(played.every((ran) => removals(ran).every((step) => step.ordinary))).toBe(true);
    expect(copyOf(last, key)?.snapshots.filter(({ ours }) => ours?.profile === "weekly").length).toBe(4);
  });
});

test("365 nightly runs, twenty minutes early or late, are 365 dailies", () => {
  const jitter = (night: number): number => ((night * 7919) % 41) - 20;
  const runs = Array.from({ length: 365 }, (_, night) => start + night * day + jitter(night) * minute);
  expect(new Set(runs.map((_, night) => jitter(night))).size).toBe(41);
  const played = play(worldOf(plain("alpha", [profile("daily", 400)]), "one"), runs);
  const points = copyOf(played.at(-1)?.world as World, key)?.snapshots;
  expect(points?.map((point) => point.ours?.time)).toEqual(runs);
});

test("hourly runs with nothing else but the clock: a point an hour, and a daily of them once a day", () => {
  const runs = Array.from({ length: 72 }, (_, index) => start + index * hour);
  const played = play(worldOf(plain("alpha", [profile("hourly", 24), profile("daily", 7)]), "one"), runs);
  const due = played.map(({ plan }) =>
    plan.jobs[0]?.steps
      .flatMap((step) => (step.kind === "snapshot" ? step.names : []))
      .map((one) => one.profile)
      .join("+"),
  );
  expect(due.filter((one) => one === "daily+hourly").length).toBe(4); // 23 h after the last: the slack of an hour
  expect(due.filter((one) => one === "hourly").length).toBe(68);
});
