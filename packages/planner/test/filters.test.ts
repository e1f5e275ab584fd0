import type { PlanFilter } from "../src/index.ts";
import { planRun } from "../src/index.ts";
import { describe, expect, test } from "vitest";
import { broken } from "./broken.ts";
import { factsOf, recordSightings, runOnce } from "./run.ts";
import { addImage, changeLive, day, hour, plain, profile, removeImage, start, worldOf, type World } from "./world.ts";

/** Two clusters after some days, everything due on both, something to remove on every side; one image is gone. */
function world(): World {
  const profiles = [profile("hourly", 4, { maxOnLive: 1 }), profile("daily", 2)];
  const one = worldOf(plain("alpha", profiles), "a", "gone");
  let both = addImage({ ...one, live: [...one.live, plain("beta", profiles)] }, "beta", "b");
  for (let run = 0; run < 10; run += 1) both = runOnce(both, start + run * 12 * hour).world;
  both = removeImage(both, "alpha", "gone");
  for (let night = 5; night < 8; night += 1) both = recordSightings(both, start + night * day);
  return both;
}

const now = start + 8 * day;

function decide(filter: PlanFilter, left = world()) {
  const input = factsOf(left, now, { filter });
  const plan = planRun(input);
  expect(broken(input, plan)).toEqual([]);
  const steps = plan.jobs.flatMap((job) =>
    job.steps.map((step) => ({ ...step, key: `${job.subject.key.ident}/${job.subject.key.disk}` })),
  );
  const of = (wanted: (step: (typeof steps)[number]) => boolean) =>
    [...new Set(steps.filter(wanted).map((step) => step.key))].toSorted();
  return {
    snapshots: steps
      .flatMap((step) =>
        step.kind === "snapshot" ? `${step.key} ${step.names.map((name) => name.profile).join("+")}` : [],
      )
      .toSorted(),
    live: of((step) => step.kind === "remove" && step.side === "live"),
    backup: of((step) => step.kind === "remove" && step.side === "backup"),
    skipped: plan.skipped.map(({ subject }) => `${subject.key.ident}/${subject.key.disk}`).toSorted(),
    failures: plan.failures.map((failure) => failure.about),
  };
}

const both = { cleanLive: true, cleanBackup: true };

describe("what a run is restricted to", () => {
  const everything = ["alpha/a daily+hourly", "beta/b daily+hourly"];
  const rows: readonly [string, PlanFilter, ReturnType<typeof decide>][] = [
    [
      "nothing",
      both,
      {
        snapshots: everything,
        live: ["alpha/a", "beta/b"],
        backup: ["alpha/a", "alpha/gone", "beta/b"],
        skipped: ["alpha/gone"],
        failures: [],
      },
    ],
    [
      "a cluster",
      { ...both, cluster: "beta" },
      { snapshots: ["beta/b daily+hourly"], live: ["beta/b"], backup: ["beta/b"], skipped: [], failures: [] },
    ],
    [
      "a cluster, the backup side left alone",
      { cluster: "alpha", cleanLive: true, cleanBackup: false },
      { snapshots: ["alpha/a daily+hourly"], live: ["alpha/a"], backup: [], skipped: ["alpha/gone"], failures: [] },
    ],
    [
      "no cleanup",
      { cleanLive: false, cleanBackup: false },
      { snapshots: everything, live: [], backup: [], skipped: ["alpha/gone"], failures: [] },
    ],
    [
      "a profile: its own points on the live side only",
      { ...both, profile: "hourly" },
      {
        snapshots: ["alpha/a hourly", "beta/b hourly"],
        live: [],
        backup: ["alpha/a", "alpha/gone", "beta/b"],
        skipped: ["alpha/gone"],
        failures: [],
      },
    ],
    [
      "another profile",
      { ...both, profile: "daily" },
      {
        snapshots: ["alpha/a daily", "beta/b daily"],
        live: ["alpha/a", "beta/b"],
        backup: ["alpha/a", "alpha/gone", "beta/b"],
        skipped: ["alpha/gone"],
        failures: [],
      },
    ],
    [
      "a cluster there is none of",
      { ...both, cluster: "x" },
      { snapshots: [], live: [], backup: [], skipped: [], failures: [] },
    ],
  ];
  test.each(rows)("%s", (_, filter, answer) => {
    expect(decide(filter)).toEqual(answer);
  });

  test("forced: what is not due is taken too, and says so", () => {
    const fresh = runOnce(world(), now - 1).world;
    expect(decide(both, fresh).snapshots).toEqual([]);
    expect(decide({ ...both, force: true }, fresh).snapshots).toEqual(["alpha/a daily+hourly", "beta/b daily+hourly"]);
    expect(decide({ ...both, force: true, profile: "daily", cluster: "alpha" }, fresh).snapshots).toEqual([
      "alpha/a daily",
    ]);
    const plan = planRun(factsOf(fresh, now, { filter: { ...both, force: true } }));
    expect(plan.jobs[0]?.steps[0]?.because).toBe("daily forced, hourly forced");
  });

  test("what cannot be listed fails the run that asks for it, and no other", () => {
    const down = changeLive(world(), "beta", (live) => ({ ...live, down: true }));
    expect(decide(both, down).failures).toEqual(["beta"]);
    expect(decide({ ...both, cluster: "beta" }, down)).toMatchObject({
      failures: ["beta"],
      skipped: ["beta/b"],
      backup: [],
    });
    expect(decide({ ...both, cluster: "alpha" }, down).failures).toEqual([]);
  });
});
