import { describe, expect, test } from "vitest";
import { brakeChain, brakePool, planRun, type PlanInput } from "../src/index.ts";
import { broken } from "./broken.ts";
import { factsOf, runOnce } from "./run.ts";
import { changeImage, day, hour, nameAt, plain, profile, snap, start, worldOf, type World } from "./world.ts";

describe("limits", () => {
  const rows: readonly [number, number, boolean, boolean][] = [
    // removals, of, chain refused, pool refused
    [0, 0, false, false],
    [3, 3, false, false],
    [3, 1000, false, false],
    [4, 4, true, true],
    [4, 15, true, true],
    [4, 16, false, true],
    [4, 39, false, true],
    [4, 40, false, false],
    [25, 100, false, true],
    [26, 100, true, true],
    [10, 100, false, false],
    [11, 100, false, true],
  ];
  test.each(rows)("%d of %d: chain %s, pool %s", (removals, total, chain, pool) => {
    expect(brakeChain({ removals, total }) !== undefined).toBe(chain);
    expect(brakePool({ removals, total }) !== undefined).toBe(pool);
  });
});

/** Images backed up for some nights, with leftovers of dead runs on the live side. */
function littered(leftovers: Readonly<Record<string, number>>, nights = 12): World {
  const images = Object.keys(leftovers);
  let world = worldOf(plain("alpha", [profile("daily", 10)]), ...images);
  for (let night = 0; night < nights; night += 1) world = runOnce(world, start + night * day).world;
  for (const [disk, count] of Object.entries(leftovers)) {
    const names = Array.from({ length: count }, (_, index) =>
      nameAt("daily", 10, start + nights * day - 2 * hour + index),
    );
    const made = names.map((name, index) => snap(5000 + index, name));
    const intents = [...world.intents, ...names.map((name) => `alpha;${disk} ${name}`)];
    world = changeImage({ ...world, intents }, { ident: "alpha", disk }, (one) => ({
      ...one,
      snapshots: [...one.snapshots, ...made],
    }));
  }
  return world;
}

function decide(world: World, more: Partial<PlanInput> = {}) {
  const input = factsOf(world, start + 12 * day, more);
  const plan = planRun(input);
  expect(broken(input, plan)).toEqual([]);
  const steps = plan.jobs.flatMap((job) => job.steps.map((step) => ({ job: job.id, ...step })));
  const removes = steps.filter((step) => step.kind === "remove");
  return {
    transfers: steps.filter((step) => step.kind === "transfer").map((step) => step.job),
    ordinary: removes.filter((step) => step.ordinary).map((step) => step.job),
    extraordinary: removes.filter((step) => !step.ordinary).map((step) => step.job),
    refused: plan.refused.map(
      ({ scope, subject, because, removals }) => `${scope} ${subject?.disk ?? ""} ${removals}: ${because}`,
    ),
  };
}

const calm = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`calm${index}`, 0]));
const all = (leftovers: Readonly<Record<string, number>>) => Object.keys(leftovers).map((disk) => `alpha;${disk};None`);

describe("a chain is refused, the others go on", () => {
  const wild = { ...calm, wild: 7 };

  test("its backup goes on too, its retention does not", () => {
    const { transfers, ordinary, extraordinary, refused } = decide(littered(wild));
    expect(refused).toEqual(["chain wild 7: 7 of 21 for other reasons than time"]);
    expect(transfers.toSorted()).toEqual(all(wild).toSorted());
    expect([...new Set(ordinary)].toSorted()).toEqual(all(calm).toSorted());
    expect(extraordinary).toEqual([]);
  });

  test("a quarter and no more passes", () => {
    const { extraordinary, refused } = decide(littered({ ...calm, wild: 4 }));
    expect(refused).toEqual([]);
    expect(extraordinary.length).toBe(4);
  });

  test.each([6, 8, 0])("accepting another number (%d) accepts nothing", (acceptRemovals) => {
    const { extraordinary, refused } = decide(littered(wild), { acceptRemovals });
    expect(refused.length).toBe(1);
    expect(extraordinary).toEqual([]);
  });

  test("accepting exactly that number lets it go", () => {
    const { extraordinary, ordinary, refused } = decide(littered(wild), { acceptRemovals: 7 });
    expect(refused).toEqual([]);
    expect(extraordinary).toEqual(Array.from({ length: 7 }, () => "alpha;wild;None"));
    expect([...new Set(ordinary)].toSorted()).toEqual(all(wild).toSorted());
  });

  test("accepting counts what is refused and what is not together", () => {
    const two = littered({ ...wild, mild: 3 });
    expect(decide(two).refused).toEqual(["chain wild 7: 7 of 21 for other reasons than time"]);
    expect(decide(two).extraordinary).toEqual(["alpha;mild;None", "alpha;mild;None", "alpha;mild;None"]);
    expect(decide(two, { acceptRemovals: 7 }).refused.length).toBe(1);
    expect(decide(two, { acceptRemovals: 10 })).toMatchObject({ refused: [] });
    expect(decide(two, { acceptRemovals: 10 }).extraordinary.length).toBe(10);
  });
});

describe("the pool is refused above a tenth", () => {
  const everywhere = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`d${index}`, 3]));

  test("what time removes goes on, and so do all backups", () => {
    const { transfers, ordinary, extraordinary, refused } = decide(littered(everywhere));
    expect(refused).toEqual(["pool  24: 24 of the pool's 120 snapshots for other reasons than time"]);
    expect(transfers.length).toBe(8);
    expect([...new Set(ordinary)].toSorted()).toEqual(all(everywhere));
    expect(extraordinary).toEqual([]);
  });

  test("accepting exactly that number lets it go", () => {
    expect(decide(littered(everywhere), { acceptRemovals: 24 })).toMatchObject({ refused: [] });
    expect(decide(littered(everywhere), { acceptRemovals: 24 }).extraordinary.length).toBe(24);
    expect(decide(littered(everywhere), { acceptRemovals: 23 }).extraordinary.length).toBe(0);
  });
});
