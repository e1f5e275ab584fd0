import type { CheckProblem, Precheck, Severity } from "@backurne/model";
import { candidatesOf, findCollisions, newestTime, planRun } from "@backurne/planner";
import { CLOCK_LIMIT, measureSkew } from "../clock.ts";
import { gatherFacts, type Facts } from "../gather.ts";
import type { House } from "../house.ts";
import { openIntents } from "../intents.ts";
import { planInput } from "../plan.ts";
import { askProfiles, type Asked } from "../profiles.ts";
import { maxAgeOf } from "./age.ts";
import { findInChains } from "./chains.ts";
import { findAround } from "./clusters.ts";
import { findFrozen } from "./frozen.ts";
import { findLate } from "./late.ts";
import { findLeases } from "./leases.ts";
import { findLeftovers } from "./leftovers.ts";
import type { Looked } from "./looked.ts";
import { openMemory, readSince, writePrecheck } from "./memory.ts";

/** What a run knows already, of all clusters and as it still is. */
export interface Known {
  readonly facts?: Facts | undefined;
  readonly asked?: Asked | undefined;
}

/** Computes every problem, and stores them: in the backup pool, and with this host. */
export async function precheck(house: House, known: Known = {}): Promise<Precheck> {
  const now = house.now();
  const [skew, since] = await Promise.all([measureSkew(house.objects, house.now), readSince(house.objects)]);
  const about = {
    version: 1,
    kind: "precheck",
    at: new Date(now).toISOString(),
    host: house.host,
    maxAge: maxAgeOf(house.settings),
  } as const;
  const wrong = Math.abs(skew) > CLOCK_LIMIT;
  const memory = openMemory(since, now);
  const found = wrong ? { disks: 0, problems: [clockProblem(skew)] } : await look(house, known, memory);
  const result = { ...about, ...found, problems: found.problems.toSorted(byWeight) };
  // A wrong clock remembers nothing. A pool that takes no writes must not keep this host from knowing.
  await Promise.all([house.keepCheck?.(result), writePrecheck(house.objects, result, wrong ? since : memory.all())]);
  return result;
}

async function look(
  house: House,
  known: Known,
  memory: Looked["memory"],
): Promise<Pick<Precheck, "disks" | "oldest" | "problems">> {
  const now = house.now();
  const [facts, intents] = await Promise.all([
    known.facts ?? gatherFacts(house),
    openIntents(house.objects, "precheck", now),
  ]);
  const asked = known.asked ?? (await askProfiles(facts, house));
  const input = planInput(facts, {}, { house, intents, asked });
  for (const { cluster, disks, blind = [] } of facts.clusters) {
    if (!disks || blind.length > 0) memory.keep(cluster.name);
  }
  const looked: Looked = {
    house,
    facts,
    candidates: candidatesOf(input),
    plan: planRun(input),
    collisions: findCollisions(input),
    memory,
    now,
    maxAge: maxAgeOf(house.settings),
  };
  const late = findLate(looked);
  const [frozen, leases] = await Promise.all([findFrozen(intents, house), findLeases(looked, late)]);
  const others = [...findInChains(looked), ...findLeftovers(looked), ...findAround(looked)];
  return { ...count(looked), problems: [...late, ...others, ...frozen, ...leases] };
}

function count({ candidates }: Looked): Pick<Precheck, "disks" | "oldest"> {
  const present = candidates.filter((one) => one.state.state === "present" && one.input.profiles.length > 0);
  const newest = present.flatMap(({ input: { chain } }) => newestTime(chain) ?? []);
  return {
    disks: present.length,
    ...(newest.length > 0 && { oldest: new Date(Math.min(...newest)).toISOString() }),
  };
}

function clockProblem(skew: number): CheckProblem {
  const seconds = Math.round(Math.abs(skew) / 1000);
  const message = `this host's clock is ${seconds} s ${skew > 0 ? "ahead of" : "behind"} the backup cluster's: nothing is backed up and nothing else is checked`;
  return { kind: "clock", severity: "critical", about: "the clock", message };
}

const WEIGHT: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 };

function byWeight(a: CheckProblem, b: CheckProblem): number {
  return WEIGHT[a.severity] - WEIGHT[b.severity] || (a.kind + a.about < b.kind + b.about ? -1 : 1);
}
