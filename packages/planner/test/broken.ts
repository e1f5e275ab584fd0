import { formatKey, type Job, type Plan, type RemoveStep } from "@backurne/model";
import { candidatesOf, type ChainFacts, type DiskFacts, type PlanInput } from "../src/index.ts";
import type { Snap } from "./world.ts";

/** What no plan may ever do, whatever the facts: the rules that are broken, or none. Told from the facts alone. */
export function broken(input: PlanInput, plan: Plan): readonly string[] {
  const jobs = plan.jobs.flatMap((job) => brokenJob(job, input, plan).map((rule) => `${job.id}: ${rule}`));
  return [...jobs, ...silence(input, plan), ...doubles(plan)];
}

function brokenJob(job: Job, input: PlanInput, plan: Plan): readonly string[] {
  const rules: string[] = [];
  const chain = input.pool.chains.find((one) => one.image === job.id);
  const disk = chain?.kind === "closed" ? undefined : diskOf(job, input);
  const removes = job.steps.filter((step) => step.kind === "remove");
  const trash = job.steps.some((step) => step.kind === "trash");
  const transfer = job.steps.find((step) => step.kind === "transfer");
  const skip = plan.skipped.find((one) => one.subject.image === job.id);
  const gone = skip?.state === "vanished";

  if (job.steps.some((step) => step.because.trim() === "")) rules.push("a step without a reason");
  if (job.steps.length === 0) rules.push("a job without a step");
  if (job.steps.map(rank).some((one, index, all) => one < (all[index - 1] ?? 0))) rules.push("steps out of order");
  if ((transfer === undefined) !== !job.steps.some((step) => step.kind === "snapshot")) rules.push("half a transfer");
  if (transfer && !disk) rules.push("a transfer from nothing");
  if (!disk && !gone) rules.push(`works on a chain that is ${skip?.state}`);
  if (trash && !gone) rules.push("puts a chain into the trash that is not gone");
  if (plan.refused.some((one) => one.subject?.image === job.id) && removes.length > 0)
    rules.push("removes though refused");
  for (const step of removes) rules.push(...brokenRemoval(step, { chain, disk }));
  if (!gone && !transfer) rules.push(...lost(removes, { chain, disk }));
  const held = Object.keys(chain?.marks.holds ?? {});
  if (trash && chain?.snapshots.some(({ name }) => held.includes(name))) rules.push("puts a held point into the trash");
  if (removes.some(({ side, snapshot }) => side === "backup" && held.includes(snapshot)))
    rules.push("removes a held point");
  return rules;
}

function rank({ kind }: Job["steps"][number]): number {
  return ["snapshot", "transfer", "rename", "remove", "trash"].indexOf(kind);
}

interface Sides {
  readonly chain: ChainFacts | undefined;
  readonly disk: DiskFacts | undefined;
}

function brokenRemoval(step: RemoveStep, { chain, disk }: Sides): readonly string[] {
  const snapshots = (step.side === "live" ? disk?.snapshots : chain?.snapshots) ?? [];
  const found = snapshots.find((one) => one.name === step.snapshot) as Snap | undefined;
  if (!found) return [`removes ${step.snapshot} which does not stand on ${step.side}`];
  if (!found.ours) return [`removes ${step.snapshot} which is not ours`];
  if (found.by === "others") return [`removes ${step.snapshot} of another installation`];
  return [];
}

/** Without a transfer in front: what both sides share most recently, by its bytes, and the newest good point. */
function lost(removes: readonly RemoveStep[], { chain, disk }: Sides): readonly string[] {
  const rules: string[] = [];
  const gone = (side: string, name: string): boolean =>
    removes.some((one) => one.side === side && one.snapshot === name);
  const points = (chain?.snapshots ?? []) as readonly Snap[];
  const left = points.filter(({ name }) => !gone("backup", name));
  const newest = points.findLast((point) => point.ours);
  if (newest && !left.includes(newest) && chain?.marks.suspect === undefined) rules.push("loses the newest good point");
  const same = disk && chain?.marks.source?.id === disk.source.id && chain.marks.source.fsid === disk.source.fsid;
  const live = same ? (disk.snapshots as readonly Snap[]) : [];
  const received = new Set(points.filter((point) => point.ours).map((point) => point.content));
  const common = live.findLast((one) => one.ours && received.has(one.content));
  if (!common) return rules;
  if (gone("live", common.name)) rules.push("loses the newest common snapshot on the live side");
  if (!left.some((one) => one.ours && one.content === common.content)) {
    rules.push("loses the newest common snapshot on the backup side");
  }
  return rules;
}

/** Every disk and every chain is spoken of: by a job, a line that says why not, or a failure. */
function silence(input: PlanInput, plan: Plan): readonly string[] {
  const told = new Set([...plan.jobs, ...plan.skipped].map(({ subject }) => subject.image));
  const failed = new Set(plan.failures.map((failure) => failure.about));
  const silent = candidatesOf(input).filter(
    ({ input: { subject } }) => !told.has(subject.image) && !failed.has(formatKey(subject.key)),
  );
  const chains = input.filter.cluster === undefined ? input.pool.chains : [];
  const seen = new Set(candidatesOf(input).map(({ input: { subject } }) => subject.image));
  return [
    ...silent.map((one) => `says nothing of ${one.input.subject.image}`),
    ...chains
      .filter((chain) => !seen.has(chain.image) && !failed.has(formatKey(chain.key)))
      .map((chain) => `does not look at ${chain.image}`),
    ...plan.skipped
      .filter((skip) => skip.because.trim() === "")
      .map((skip) => `skips ${skip.subject.image} without reason`),
  ];
}

function doubles({ jobs }: Plan): readonly string[] {
  const ids = [...jobs.map((job) => job.id), ...jobs.flatMap((job) => job.steps.map((step) => step.id))];
  return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${id} twice`);
}

function diskOf(job: Job, { clusters }: PlanInput): DiskFacts | undefined {
  return clusters.flatMap((facts) => facts.disks ?? []).find(({ disk }) => formatKey(disk.key) === job.lock);
}
