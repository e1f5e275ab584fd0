import type { Explanation, Job, Plan, TransferStep } from "@backurne/model";
import pLimit from "p-limit";
import { gatherFacts, namesOf } from "./gather.ts";
import type { House } from "./house.ts";
import { openIntents } from "./intents.ts";
import { explain, surveyOne } from "./list.ts";
import type { RunOptions } from "./options.ts";
import { needsTakeOver } from "./ownership.ts";
import { askProfiles } from "./profiles.ts";
import { checkFilter, decide, type Decided } from "./plan.ts";

/** What a run would do now, and why. Reads only. */
export async function previewRun(
  house: House,
  options: RunOptions & { readonly estimate?: boolean | undefined },
): Promise<Plan> {
  checkFilter(options, house);
  const [facts, intents] = await Promise.all([
    gatherFacts(house, options.cluster),
    openIntents(house.objects, "preview", house.now()),
  ]);
  const asked = await askProfiles(facts, house);
  const decided = decide(facts, options, { house, intents, asked });
  const jobs = options.estimate === false ? decided.plan.jobs : await estimate(decided, house);
  const names = namesOf(house.settings);
  const old = await needsTakeOver(house.objects, facts.images, { catalog: facts.catalog, names });
  const warning = {
    about: "the backup pool",
    message: "holds backups of the old tool: the first run needs --take-over",
  };
  return { ...decided.plan, jobs, warnings: old ? [warning, ...decided.plan.warnings] : decided.plan.warnings };
}

/** One `rbd diff` per transfer, on the live side. */
async function estimate({ plan, candidates }: Decided, { clusters }: House): Promise<readonly Job[]> {
  const ask = pLimit(8);
  return Promise.all(
    plan.jobs.map(async (job) => {
      const disk = candidates.get(job.id)?.input.disk?.disk;
      const pool = disk && clusters.find(({ cluster }) => cluster.name === disk.cluster)?.cluster.pool(disk);
      if (!disk || !pool) return job;
      const weigh = async (step: TransferStep): Promise<TransferStep> => {
        const bytes = await ask(() => pool.changedBytes(disk.image, step.base)).catch(() => undefined);
        return { ...step, bytes };
      };
      const steps = await Promise.all(job.steps.map((step) => (step.kind === "transfer" ? weigh(step) : step)));
      return { ...job, steps };
    }),
  );
}

export async function explainImage(house: House, reference: string): Promise<Explanation> {
  return explain(await surveyOne(house, reference), house);
}
