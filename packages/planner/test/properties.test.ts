import type { Plan } from "@backurne/model";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { candidatesOf, judgeDisk, planRun, type PlanInput } from "../src/index.ts";
import { broken } from "./broken.ts";
import { factsAt, history, playHistory } from "./histories.ts";
import { carryOut, factsOf, recordSightings, runOnce } from "./run.ts";
import { hour } from "./world.ts";

// FC_SEED repeats a failure, FC_RUNS looks longer.
const { FC_SEED, FC_RUNS } = process.env;
fc.configureGlobal({ numRuns: Number(FC_RUNS ?? 300), ...(FC_SEED ? { seed: Number(FC_SEED) } : {}) });
vi.setConfig({ testTimeout: 600_000 });

/** What a plan decides, whatever the order in which it says so. */
function decisions(plan: Plan): readonly string[] {
  const steps = plan.jobs.flatMap((job) =>
    job.steps.map((step) => JSON.stringify([job.id, job.lane, job.priority, step])),
  );
  const rest = [plan.skipped, plan.refused, plan.warnings, plan.failures].flat().map((one) => JSON.stringify(one));
  return [...steps, ...rest].toSorted();
}

test("whatever has happened, no plan breaks a rule, and no step does what no run may do", () => {
  fc.assert(
    fc.property(history, (happenings) => {
      const facts = factsAt(playHistory(happenings));
      expect(broken(facts, planRun(facts))).toEqual([]);
    }),
  );
});

test("every snapshot of both sides has one verdict, in the order of the facts, with a reason", () => {
  fc.assert(
    fc.property(history, (happenings) => {
      for (const { input } of candidatesOf(factsAt(playHistory(happenings)))) {
        const { backup, live } = judgeDisk(input);
        expect(backup.map((verdict) => verdict.snapshot)).toEqual(input.chain?.snapshots ?? []);
        expect(live.map((verdict) => verdict.snapshot)).toEqual(input.disk?.snapshots ?? []);
        const verdicts = [...backup, ...live];
        expect(verdicts.filter((verdict) => verdict.because === "")).toEqual([]);
        expect(verdicts.filter((verdict) => !verdict.keep && !verdict.snapshot.ours)).toEqual([]);
        expect(verdicts.filter((verdict) => verdict.keep && verdict.ordinary !== undefined)).toEqual([]);
      }
    }),
  );
});

test("another interval lets go what the one of before would have let go, and nothing else", () => {
  const other = fc.integer({ min: 1, max: 100 }).map((hours) => hours * hour);
  fc.assert(
    fc.property(history, other, (happenings, interval) => {
      const facts = factsAt(playHistory(happenings));
      for (const { input } of candidatesOf(facts)) {
        const profiles = input.profiles.map((one) => (one.name === "fine" ? { ...one, interval } : one));
        expect(judgeDisk({ ...input, profiles }).backup).toEqual(judgeDisk(input).backup);
      }
      // With whatever is made: all of it is due.
      const forced = { ...facts, filter: { ...facts.filter, force: true } };
      expect(removed(planRun(changeFine(forced, interval)))).toEqual(removed(planRun(forced)));
    }),
  );
});

function changeFine(input: PlanInput, interval: number): PlanInput {
  const clusters = input.clusters.map((facts) => {
    const profiles = facts.cluster.profiles.map((one) => (one.name === "fine" ? { ...one, interval } : one));
    return { ...facts, cluster: { ...facts.cluster, profiles } };
  });
  return { ...input, clusters };
}

/** What goes on the backup side, and the images that go into the trash. */
function removed({ jobs }: Plan): readonly string[] {
  return jobs
    .flatMap(({ steps }) => steps)
    .flatMap((step) =>
      step.kind === "trash"
        ? step.image
        : step.kind === "remove" && step.side === "backup"
          ? `${step.image} ${step.snapshot}`
          : [],
    )
    .toSorted();
}

test("what is done is not to be done again", () => {
  fc.assert(
    fc.property(history, (happenings) => {
      const { world, now } = playHistory(happenings);
      const first = runOnce(world, now + 1);
      fc.pre(first.plan.refused.length === 0); // what has been refused is wanted still
      const again = planRun(factsOf(first.world, now + 1));
      const closed = first.plan.jobs.some((job) => job.steps.some((step) => step.kind === "transfer" && step.closes));
      // A generation that was closed a moment ago begins to fade with the next run.
      expect(again.jobs.filter((job) => !closed || !job.id.startsWith("closed-"))).toEqual([]);
      expect(planRun(factsOf(carryOut(first.world, again, now + 1), now + 1)).jobs).toEqual([]);
    }),
  );
});

test("a job that died anywhere is made good by the next run", () => {
  const at = fc.constantFrom("snapshot", "announced", "committed", "first removal");
  fc.assert(
    fc.property(history, fc.nat({ max: 3 }), at, (happenings, job, where) => {
      const { world, now } = playHistory(happenings);
      const seen = recordSightings(world, now + 1);
      const plan = planRun(factsOf(seen, now + 1));
      const dead = carryOut(seen, plan, now + 1, { job, at: where });
      const next = runOnce(dead, now + 2);
      expect(broken(next.input, next.plan)).toEqual([]);
      const names = (one: Plan) =>
        one.jobs.flatMap((each) => each.steps.filter((step) => step.kind === "transfer").map(() => each.id));
      const done = names(plan).slice(0, job);
      // What had not been committed is due again.
      if (where === "snapshot" || where === "announced") {
        expect(names(next.plan)).toEqual(
          expect.arrayContaining(names(plan).filter((id) => !done.includes(id) && id !== plan.jobs[job]?.id)),
        );
      }
    }),
  );
});

test("the order of the facts does not matter", () => {
  const order = fc.infiniteStream(fc.nat());
  fc.assert(
    fc.property(
      history,
      order,
      fc.option(fc.nat({ max: 2 }), { nil: undefined }),
      (happenings, numbers, maxNewFulls) => {
        const facts = factsAt(playHistory(happenings));
        const input = { ...facts, policy: { ...facts.policy, maxNewFulls } };
        expect(decisions(planRun(shuffle(input, numbers)))).toEqual(decisions(planRun(input)));
      },
    ),
  );
});

function shuffle(input: PlanInput, numbers: Iterator<number>): PlanInput {
  const any = <T>(all: readonly T[]): readonly T[] =>
    all
      .map((one) => ({ one, key: Number(numbers.next().value) }))
      .toSorted((a, b) => a.key - b.key)
      .map(({ one }) => one);
  const mix = <T extends { readonly snapshots: readonly unknown[] }>(one: T): T => ({
    ...one,
    snapshots: any(one.snapshots),
  });
  return {
    ...input,
    clusters: any(input.clusters).map((facts) => ({ ...facts, disks: facts.disks && any(facts.disks).map(mix) })),
    pool: { ...input.pool, chains: any(input.pool.chains).map(mix) },
  };
}
