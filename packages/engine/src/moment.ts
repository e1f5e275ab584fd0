import type { FoundGuest } from "@backurne/cluster";
import { BackurneError, formatKey, type Consistency } from "@backurne/model";
import { snapshotNames, type DiskFacts, type Transfer } from "@backurne/planner";
import type { Snapshot } from "@backurne/rbd";
import type { JobContext, RunContext } from "./context.ts";
import { namesOf, snapshotFacts } from "./gather.ts";
import { openHooks, type Hooks } from "./hooks.ts";
import { whileStill, type Held } from "./still.ts";

/** A job with something to snapshot. */
export interface DueJob {
  readonly context: JobContext;
  readonly disk: DiskFacts;
  readonly transfer: Transfer;
}

/** What stands on the live side for a transfer. */
export interface Made {
  /** The first is the live snapshot's, the others are for the backup side only. */
  readonly names: readonly string[];
  readonly snapshot: Snapshot;
  /** The disk as it is after the snapshot. */
  readonly disk: DiskFacts;
  readonly consistency: Consistency;
  readonly guest: FoundGuest | undefined;
}

type Taken = Map<JobContext, Made | Error>;

/** One disk on its way to a snapshot. */
interface Shot extends DueJob {
  readonly names: readonly string[];
  error?: Error;
  /** ms, of this process's clock. */
  started?: number;
  ended?: number;
}

/**
 * Snapshots all due disks of one guest at one moment: hooks and records before, then nothing but the snapshots while it
 * stands still. A disk whose snapshot failed gets the error in its place; the others go on.
 */
export async function takeMoment(due: readonly DueJob[], run: RunContext): Promise<Taken> {
  const [first] = due;
  if (!first) return new Map();
  const now = run.house.now();
  const { snapPrefix } = run.house.settings;
  const shots = due.map((one): Shot => ({ ...one, names: snapshotNames(one.transfer.due.names, snapPrefix, now) }));
  const guest = run.facts.guests.get(formatKey(first.disk.disk.key));
  const hooks = openHooks(first.context, guest);
  try {
    await hooks.before("pre_vm");
    try {
      await Promise.all(shots.map((shot) => guard(shot, () => prepare(shot, hooks))));
      const held = await takeAll(shots, guest, run);
      const skew = skewOf(shots);
      const consistency = await nameConsistency(held, { guest, skew }, first.context);
      return new Map(await Promise.all(shots.map((shot) => collect(shot, { guest, consistency }))));
    } finally {
      for (const { disk, context, names } of shots) await hooks.after("post_disk", { disk: disk.disk, names, context });
      await hooks.after("post_vm");
    }
  } catch (error) {
    return new Map(due.map(({ context }) => [context, asError(error)]));
  }
}

async function prepare({ disk, names, context }: Shot, hooks: Hooks): Promise<void> {
  context.stop.throwIfAborted();
  await hooks.before("pre_disk", { disk: disk.disk, names, context });
  await context.intents.record(context.candidate.input.subject.key, names[0] as string);
  context.stop.throwIfAborted();
}

async function takeAll(shots: readonly Shot[], guest: FoundGuest | undefined, run: RunContext): Promise<Held> {
  const ready = shots.filter((shot) => !shot.error);
  const work = async (): Promise<void> => {
    await Promise.all(ready.map((shot) => guard(shot, () => take(shot))));
  };
  const [first] = ready;
  const reached = first?.context.reached;
  const freeze = ready.some(({ context }) => context.candidate.input.freeze === true);
  if (guest && reached && freeze) return whileStill({ guest, reached, resource: first.context.resource }, work, run);
  await work();
  return { quiesced: false };
}

async function take(shot: Shot): Promise<void> {
  const { disk, names, context } = shot;
  const { image } = disk.disk;
  const name = names[0] as string;
  context.stop.throwIfAborted();
  shot.started = performance.now();
  const outcome = await context.reached?.cluster.pool(disk.disk).createSnapshot(image, name);
  shot.ended = performance.now();
  if (outcome !== "created") throw new BackurneError("unexpected", `a snapshot ${name} stands on ${image} already`);
}

/** ms between the first and the last moment at which one of them can have been taken; one alone has none. */
function skewOf(shots: readonly Shot[]): number {
  const taken = shots.filter((shot) => shot.ended !== undefined);
  if (taken.length < 2) return 0;
  const first = Math.min(...taken.map((shot) => shot.started ?? 0));
  return Math.ceil(Math.max(...taken.map((shot) => shot.ended ?? 0)) - first);
}

async function nameConsistency(
  held: Held,
  { guest, skew }: { guest: FoundGuest | undefined; skew: number },
  { reached }: JobContext,
): Promise<Consistency> {
  if (held.quiesced) return { kind: "quiesced" };
  if (guest?.stillness.kind === "stopped") {
    // It may have been started since it was listed: then it ran while its disks were taken.
    const still = await reached?.cluster.stillness(guest).catch(() => undefined);
    if (still?.kind === "stopped") return { kind: "stopped" };
  }
  const unfreezable = guest?.stillness.kind === "unfreezable" ? guest.stillness.because : undefined;
  return { kind: "crash-consistent", skew, because: held.because ?? unfreezable };
}

async function collect(
  { error, disk, names, context }: Shot,
  moment: Pick<Made, "guest" | "consistency">,
): Promise<[JobContext, Made | Error]> {
  if (error) return [context, error];
  const { emit, job, reached, house } = context;
  const { image } = disk.disk;
  const name = names[0] as string;
  emit({ kind: "snapshot-made", job, snapshot: name, image, consistency: moment.consistency });
  try {
    const snapshots = await reached?.cluster.pool(disk.disk).snapshots(image);
    const snapshot = snapshots?.find((one) => one.name === name);
    if (!snapshots || !snapshot) {
      throw new BackurneError("unexpected", `the snapshot ${name} is gone right after it was made`);
    }
    const after = { ...disk, snapshots: snapshotFacts(snapshots, namesOf(house.settings)) };
    return [context, { names, snapshot, disk: after, ...moment }];
  } catch (thrown) {
    return [context, asError(thrown)];
  }
}

async function guard(shot: Shot, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    shot.error = asError(error);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
