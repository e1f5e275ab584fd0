import {
  BackurneError,
  formatKey,
  markKey,
  needsEncoding,
  parseImageName,
  type Failure,
  type Job,
  type JobOutcome,
  type Marks,
} from "@backurne/model";
import {
  isConfirmedGone,
  planChain,
  stateOfClosed,
  type Candidate,
  type ChainFacts,
  type ChainInput,
  type ChainPlan,
} from "@backurne/planner";
import { haveSameBase } from "./catalog.ts";
import type { JobContext, RunContext } from "./context.ts";
import { expireDisk } from "./expire.ts";
import { failureOf } from "./failure.ts";
import { namesOf, readPoints, snapshotFacts } from "./gather.ts";
import { claimFull, MustWait } from "./fulls.ts";
import type { Lease } from "./lease.ts";
import { finishPartial } from "./leftovers.ts";
import { takeMoment, type DueJob, type Made } from "./moment.ts";
import { partialName } from "./partial.ts";
import { NoRoom } from "./room.ts";
import { readMarks } from "./read-marks.ts";
import { transferDisk } from "./transfer.ts";
import { verifySent } from "./verify-sent.ts";
import { judgeUntold } from "./untold.ts";

/** One chain's job between its lease and its end. */
interface OpenJob {
  readonly context: JobContext;
  readonly input: ChainInput;
  readonly plan: ChainPlan;
  readonly renamed: boolean;
  end(outcome: JobOutcome, rest?: { readonly failure?: Failure; readonly because?: string }): void;
}

export type PlannedJob = readonly [job: Job, candidate: Candidate];

/**
 * Carries out the jobs of one guest, each under the lease of its chain: the snapshots of all its disks are of one moment,
 * then each disk goes on by itself. Never throws: how a job ended is an event.
 */
export async function runGuest(jobs: readonly PlannedJob[], run: RunContext): Promise<void> {
  const guest = await holdGuest(jobs, run);
  if (guest === "not ours") return;
  const open = async () => {
    try {
      const all = await Promise.all(jobs.map((planned) => openJob(planned, run)));
      const opened = all.filter((one) => one !== undefined);
      return { opened, moment: await takeMomentOf(opened, { guest, run }) };
    } finally {
      await guest?.release();
    }
  };
  const { opened, moment } = await open();
  await Promise.all(opened.map((one) => finishJob(one, moment.get(one.context))));
}

/**
 * The disks of a guest have a lease each, and two runs could take some each: then one would thaw it under the snapshots of the
 * other. So who snapshots a guest has the guest, until that is done. undefined: there is none, or nothing to snapshot.
 */
async function holdGuest(jobs: readonly PlannedJob[], run: RunContext): Promise<Lease | "not ours" | undefined> {
  const [[first]] = jobs as readonly [PlannedJob];
  const vmid = run.facts.guests.get(first.lock)?.config?.vmid;
  if (vmid === undefined || !jobs.some(([{ steps }]) => steps.some(({ kind }) => kind === "transfer")))
    return undefined;
  const resource = `guest ${first.subject.cluster} ${vmid}`;
  const endAll = (outcome: JobOutcome, rest: { readonly failure?: Failure; readonly because?: string }): "not ours" => {
    for (const [{ id, subject }] of jobs) {
      run.emit({ kind: "job-started", job: id, subject });
      run.emit({ kind: "job-ended", job: id, subject, outcome, ...rest });
    }
    return "not ours";
  };
  if (run.signal.aborted) return endAll("interrupted", {});
  try {
    return (await run.leases.acquire(resource)) ?? endAll("held", { because: await holderOf(resource, run) });
  } catch (error) {
    return endAll(outcomeOf(error, run), { failure: failureOf(error) });
  }
}

async function takeMomentOf(
  opened: readonly OpenJob[],
  { guest, run }: { readonly guest: Lease | undefined; readonly run: RunContext },
): ReturnType<typeof takeMoment> {
  const due = opened.flatMap(({ context, input, plan: { transfer } }): readonly DueJob[] =>
    transfer && input.disk ? [{ context, transfer, disk: input.disk }] : [],
  );
  try {
    await guest?.confirm();
  } catch (error) {
    return new Map(due.map(({ context }) => [context, error as Error]));
  }
  return takeMoment(due, run);
}

/** Everything is decided again, by what stands there now that nobody else may change it. undefined: the job has ended. */
async function openJob([job, candidate]: PlannedJob, run: RunContext): Promise<OpenJob | undefined> {
  const { subject } = job;
  run.emit({ kind: "job-started", job: job.id, subject });
  const end: OpenJob["end"] = (outcome, rest = {}) =>
    run.emit({ kind: "job-ended", job: job.id, subject, outcome, ...rest });
  if (run.signal.aborted) return void end("interrupted");
  try {
    const lease = await run.leases.acquire(job.lock);
    if (!lease) return void end("held", { because: await holderOf(job.lock, run) });
    const reached = run.house.clusters.find(({ cluster }) => cluster.name === subject.cluster);
    const stop = AbortSignal.any([run.signal, lease.lost]);
    const context = { ...run, job: job.id, resource: job.lock, candidate, lease, stop, reached };
    try {
      const read = await refresh(candidate.input, context);
      const input = read && (await renameChain(read, context));
      if (input) {
        const { subject: now } = input;
        const found = { ...candidate, input: { ...candidate.input, subject: now } };
        const renamed = now.image !== read.subject.image;
        const plan = planChain(input);
        if (plan.transfer?.step.mode === "full") claimFull(plan.transfer.step.because, context);
        return { context: { ...context, candidate: found }, input, plan, renamed, end };
      }
      end("nothing left to do");
    } catch (error) {
      endWithError({ context, end }, error);
    }
    await lease.release();
  } catch (error) {
    end(outcomeOf(error, run), { failure: failureOf(error) });
  }
  return undefined;
}

async function finishJob(job: OpenJob, made: Made | Error | undefined): Promise<void> {
  const { context, end } = job;
  try {
    if (made instanceof Error) throw made;
    end((await workOn(job, made)) ? "done" : "nothing left to do");
  } catch (error) {
    endWithError(job, error);
  } finally {
    await context.lease.release();
  }
}

function endWithError({ context, end }: Pick<OpenJob, "context" | "end">, error: unknown): void {
  const { lease, signal, candidate, emit } = context;
  if (error instanceof MustWait) {
    emit({ kind: "warning", about: candidate.input.subject.image, message: error.message });
    return end("nothing left to do", { because: error.message });
  }
  // What was stopped because the lease was lost says only that it was stopped. Without room no lease can be renewed either.
  const lost = lease.lost.aborted && !signal.aborted && !(error instanceof NoRoom);
  const why: unknown = lost ? lease.lost.reason : error;
  end(outcomeOf(why, context), { failure: failureOf(why) });
}

function outcomeOf(error: unknown, run: RunContext): JobOutcome {
  if (run.signal.aborted) return "interrupted";
  return error instanceof BackurneError && error.code === "held" ? "held" : "failed";
}

async function holderOf(resource: string, run: RunContext): Promise<string> {
  const holder = await run.leases.holder(resource).catch(() => undefined);
  return holder ? `held by ${holder}` : "held by another run";
}

async function workOn({ input, plan, renamed, context }: OpenJob, made: Made | undefined): Promise<boolean> {
  if (made && plan.transfer) {
    const after = await transferDisk({ chain: input.chain, made }, context);
    const { chain, difference } = await verifySent(after, made, context);
    await context.receives(() => expireDisk({ ...input, ...after, chain }, context));
    if (difference) throw difference;
    return true;
  }
  const wanted = plan.removals.length > 0 || plan.trash || plan.refused !== undefined;
  if (!wanted || !input.chain) return renamed;
  // Nothing is removed by facts that are older than the lease.
  const snapshots = await readPoints(input.chain.image, context.house);
  if (!snapshots) return renamed;
  const disk = await refreshDisk(input, context);
  const fresh = { ...input, chain: await judgeUntold({ ...input.chain, snapshots }, context), disk };
  await context.receives(() => expireDisk(fresh, context));
  return true;
}

/** undefined: the chain this job was for is gone, another run has dealt with it. */
async function refresh(before: ChainInput, context: JobContext): Promise<ChainInput | undefined> {
  const { facts, house, resource } = context;
  const { image } = before.subject;
  const partial = partialName(resource);
  const closed = before.chain?.kind === "closed";
  const left = !closed && facts.partials.some((one) => one.image === partial);
  const switched = left && (await finishPartial(partial, before.chain, context));
  const now = house.now();
  // A disk whose first backup this is has nothing to read from: a list of names says so for all of them.
  const stands = before.chain !== undefined || switched || (await house.backup.names()).includes(image);
  const marks = stands ? await readMarks(image, house) : undefined;
  // The disk was back, and another run has seen it: what fades a chain whose source is gone does not apply any more.
  if (before.state === "vanished" && !closed && !isConfirmedGone(marks?.gone)) return undefined;
  if (marks && !switched && before.chain && before.disk && isUntouched(before.chain, marks)) {
    return { ...before, now, chain: { ...before.chain, marks } };
  }
  const snapshots = marks && (await readPoints(image, house));
  if (!snapshots)
    return before.disk && !closed ? findRenamed({ ...before, chain: undefined, now }, context) : undefined;
  const known = switched || !before.chain ? await unknownChain(before, context) : before.chain;
  const chain = { ...known, snapshots, marks };
  if (closed && before.state === "vanished" && !(await fadesStill(chain, context))) return undefined;
  return { ...before, now, chain };
}

/** By the marks of both generations as they stand now: one may have been found wrong since, and then the other is what is left. */
async function fadesStill(chain: ChainFacts, { facts, house }: JobContext): Promise<boolean> {
  const key = formatKey(chain.key);
  const successor = facts.chains.find((one) => one.kind === "current" && formatKey(one.key) === key);
  const marks = successor && (await readMarks(successor.image, house));
  const snapshots = marks && (await readPoints(successor.image, house));
  return stateOfClosed(chain, snapshots && { marks, snapshots }).state === "vanished";
}

/**
 * Every transfer writes the base mark before anything else, so under the same mark, when all that it announces stands,
 * no snapshot of ours has come since the facts were gathered. Some may have gone, but never the base: a transfer need not
 * look again. Removals do.
 */
function isUntouched({ marks: known, snapshots }: ChainFacts, { base }: Marks): boolean {
  if (!base || !haveSameBase(known, { base })) return false;
  const standing = new Set(snapshots.map(({ name }) => name));
  const twins = base.shared.find(({ name }) => name === base.name)?.twins ?? [];
  return [base.name, ...twins].every((name) => standing.has(name));
}

/**
 * Nothing stands under the name: the first backup is still to come, or another host knows the guest under another name,
 * and has given that to the chain.
 */
async function findRenamed(before: ChainInput, context: JobContext): Promise<ChainInput> {
  const { subject, disk } = before;
  if (!disk?.disk.vm) return before; // only guests have names that change
  const { backup } = context.house;
  const isChain = (name: string, encoded: boolean): boolean => {
    const read = parseImageName(name, encoded);
    return read.kind === "current" && formatKey(read) === formatKey(subject.key);
  };
  const image = (await backup.names()).find((name) => isChain(name, false) || isChain(name, true));
  if (image === undefined) return before;
  const marks = await readMarks(image, context.house);
  const snapshots = marks && (await readPoints(image, context.house));
  if (!snapshots) return before;
  const found = { ...before, subject: { ...subject, image } };
  const name = parseImageName(image, marks.encoded);
  const comment = name.kind === "current" ? name.comment : "";
  return { ...found, chain: { ...(await unknownChain(found, context)), comment, snapshots, marks } };
}

/** The guest has another name now, and so gets its chain. */
async function renameChain(input: ChainInput, context: JobContext): Promise<ChainInput> {
  const { rename: to } = planChain(input);
  const { chain, disk } = input;
  if (to === undefined || !chain || !disk) return input;
  const { house, lease, emit, job } = context;
  const { key, comment } = disk.disk;
  await lease.confirm();
  // First the mark: a name that is not encoded reads the same with it.
  const encoded = chain.marks.encoded === true || needsEncoding({ ...key, comment });
  if (encoded && !chain.marks.encoded) await house.backup.setMetadata(chain.image, markKey("encoded"), "true");
  if ((await house.backup.rename(chain.image, to)) === "exists") {
    throw new BackurneError("unexpected", `${chain.image} cannot be renamed: ${to} stands in the backup pool already`, {
      hint: "two images hold the backups of one disk; rename one of them",
    });
  }
  emit({ kind: "renamed", job, from: chain.image, to });
  const marks = encoded ? { ...chain.marks, encoded } : chain.marks;
  return { ...input, subject: { ...input.subject, image: to }, chain: { ...chain, image: to, comment, marks } };
}

/** A chain that appeared since the facts were gathered. */
async function unknownChain({ subject, disk }: ChainInput, { house }: JobContext): Promise<ChainFacts> {
  const info = await house.backup.info(subject.image);
  return {
    image: subject.image,
    imageId: info?.id ?? "",
    kind: "current",
    key: subject.key,
    comment: disk?.disk.comment ?? "",
    size: info?.size ?? 0,
    snapshots: [],
    marks: {},
  };
}

async function refreshDisk({ disk }: ChainInput, { reached, house }: JobContext): Promise<ChainInput["disk"]> {
  if (!disk) return undefined;
  const snapshots = await reached?.cluster.pool(disk.disk).snapshots(disk.disk.image);
  return { ...disk, snapshots: snapshotFacts(snapshots ?? [], namesOf(house.settings)) };
}
