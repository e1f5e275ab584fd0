import { BackurneError, type Plan } from "@backurne/model";
import { candidatesOf, planRun, type Candidate, type PlanInput } from "@backurne/planner";
import type { Facts } from "./gather.ts";
import type { House } from "./house.ts";
import type { Intents } from "./intents.ts";
import type { Asked } from "./profiles.ts";
import { filterOf, type RunOptions } from "./options.ts";

/** What a plan is decided from besides the facts. */
export interface Known {
  readonly house: House;
  readonly intents: Intents;
  readonly asked?: Asked | undefined;
}

export interface Decided {
  readonly plan: Plan;
  /** By image: what the plan was decided from. */
  readonly candidates: ReadonlyMap<string, Candidate>;
  /** The number of removals that was to pass the brakes is exactly the one they would refuse. */
  readonly accepted: boolean;
}

export function decide(facts: Facts, options: RunOptions, known: Known): Decided {
  const input = planInput(facts, options, known);
  const candidates = new Map(candidatesOf(input).map((candidate) => [candidate.input.subject.image, candidate]));
  const plan = planRun(input);
  const accepted =
    options.acceptRemovals !== undefined &&
    plan.refused.length === 0 &&
    planRun({ ...input, acceptRemovals: undefined }).refused.length > 0;
  return { plan, candidates, accepted };
}

export function planInput(facts: Facts, options: RunOptions, { house, intents, asked }: Known): PlanInput {
  const { settings } = house;
  return {
    clusters: facts.clusters,
    configured: facts.configured,
    pool: { chains: facts.chains, intended: (key, snapshot) => intents.has(key, snapshot) },
    now: house.now(),
    filter: filterOf(options),
    policy: {
      extraRetention: settings.extraRetention,
      timezone: settings.timezone,
      maxNewFulls: settings.maxNewFullsPerRun,
      cautious: facts.takenOver,
      mayLower: settings.profilesApi?.mayLower,
    },
    answers: asked?.answers,
    warnings: asked?.warnings,
    acceptRemovals: options.acceptRemovals,
  };
}

/** A filter that names nothing would look like a run in which all is well. */
export function checkFilter({ cluster, vmid, profile }: RunOptions, { settings }: House): void {
  const clusters = settings.liveClusters.map((one) => one.name);
  if (vmid !== undefined && cluster === undefined) {
    throw new BackurneError("usage", "a vmid means a guest of one cluster: name it, too", {
      hint: `--cluster, one of: ${
        settings.liveClusters
          .filter(({ kind }) => kind === "proxmox")
          .map(({ name }) => name)
          .join(", ") || "(there is no Proxmox cluster)"
      }`,
    });
  }
  if (cluster !== undefined && !clusters.includes(cluster)) {
    throw new BackurneError("usage", `there is no live cluster ${cluster}`, {
      hint: `there are: ${clusters.join(", ")}`,
    });
  }
  const profiles = [...new Set(settings.liveClusters.flatMap((one) => one.profiles.map(({ name }) => name)))];
  if (profile !== undefined && !profiles.includes(profile)) {
    throw new BackurneError("usage", `there is no profile ${profile}`, { hint: `there are: ${profiles.join(", ")}` });
  }
}
