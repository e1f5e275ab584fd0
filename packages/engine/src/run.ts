import { randomUUID } from "node:crypto";
import { BackurneError, formatKey, type LiveCluster, type RunEvent, type Step } from "@backurne/model";
import pLimit from "p-limit";
import { precheck, type Known } from "./check/precheck.ts";
import { CLOCK_LIMIT, measureSkew } from "./clock.ts";
import type { Emit, RunContext } from "./context.ts";
import { reapTrash } from "./empty-trash.ts";
import { failureOf } from "./failure.ts";
import { gatherFacts, namesOf, type Facts } from "./gather.ts";
import type { House } from "./house.ts";
import { openIntents } from "./intents.ts";
import { runGuest, type PlannedJob } from "./job.ts";
import { openLeases, type Leases } from "./lease.ts";
import { listMapped } from "./mapping/mark.ts";
import { filterOf, type RunOptions } from "./options.ts";
import { needsTakeOver, recordTakeOver, refuseOldPool, wasOldTools } from "./ownership.ts";
import { checkFilter, decide, type Decided } from "./plan.ts";
import { recordSightings } from "./sightings.ts";
import { askProfiles } from "./profiles.ts";
import { thawLeftFrozen } from "./still.ts";
import { tidyPartials } from "./tidy.ts";

/**
 * Guests at work per transfer slot: one moves bytes, one gets ready (its lease, its snapshot, which waits a second for the
 * monitors). More of them would only hold their leases longer, and renew them.
 */
const AHEAD = 2;

/**
 * Everything due, then retention. What happens is emitted; only what keeps the run from starting is thrown.
 * The last event is always `run-ended`, unless it threw.
 */
export async function runBackup(house: House, options: RunOptions, sink: (event: RunEvent) => void): Promise<void> {
  checkFilter(options, house);
  const run = randomUUID();
  const emit: Emit = (event) => sink({ ...event, at: new Date(house.now()).toISOString() } as RunEvent);
  emit({ kind: "run-started", run, host: house.host, version: house.version });
  let known: Known | undefined;
  try {
    if (await clockIsRight(house, emit)) known = await work(house, options, { run, emit });
    // Leases go by the cluster's clock: nobody has to stand still because ours is wrong.
    else await thawAlone(house, { run, emit });
  } catch (error) {
    if (error instanceof BackurneError && (error.code === "usage" || error.code === "configuration")) throw error;
    emit({ kind: "failed", about: "the run", failure: failureOf(error) });
  }
  if (house.settings.check?.afterBackup && !options.signal?.aborted) await checkAfter(house, emit, known);
  if (options.signal?.aborted) emit({ kind: "interrupted", because: String(options.signal.reason ?? "stopped") });
  emit({ kind: "run-ended" });
}

async function thawAlone(house: House, { run, emit }: { run: string; emit: Emit }): Promise<void> {
  const intents = await openIntents(house.objects, run, house.now());
  await thawLeftFrozen({ house, emit, intents, leases: openRunLeases(house, run) });
}

function openRunLeases({ objects, host, leaseTimes }: House, run: string): Leases {
  return openLeases(objects, `${host} run ${run}`, leaseTimes);
}

async function clockIsRight({ objects, now }: House, emit: Emit): Promise<boolean> {
  const skew = await measureSkew(objects, now);
  if (Math.abs(skew) <= CLOCK_LIMIT) return true;
  const seconds = Math.round(Math.abs(skew) / 1000);
  const because = `this host's clock is ${seconds} s ${skew > 0 ? "ahead of" : "behind"} the backup cluster's: nothing is taken and nothing is removed`;
  emit({ kind: "refused", scope: "pool", because, removals: 0 });
  return false;
}

/** So that who runs backups and nothing else has a `check` that is true. */
async function checkAfter(house: House, emit: Emit, known: Known | undefined): Promise<void> {
  try {
    await precheck(house, known);
  } catch (error) {
    const failure = failureOf(error);
    const message = `what \`check\` shows is old: ${failure.message}`;
    emit({ kind: "failed", about: "precheck", failure: { ...failure, message, code: "command" } });
  }
}

/** @returns what is still as it was seen; nothing where anything may have changed. */
async function work(
  house: House,
  options: RunOptions,
  { run, emit }: { run: string; emit: Emit },
): Promise<Known | undefined> {
  const [gathered, intents] = await Promise.all([
    gatherFacts(house, options.cluster),
    openIntents(house.objects, run, house.now()),
  ]);
  await takeOver(gathered, options, house);
  const asked = await askProfiles(gathered, house);
  const leases = openRunLeases(house, run);
  const facts = await recordSightings(gathered, { house, leases, emit });
  const decided = decide(facts, options, { house, intents, asked });
  emit(decided.plan);
  const context: RunContext = {
    house,
    facts,
    intents,
    emit,
    leases,
    signal: options.signal ?? new AbortController().signal,
    onlyOrdinary: decided.plan.refused.some((refusal) => refusal.scope === "pool"),
    accepted: { left: decided.accepted ? (options.acceptRemovals ?? 0) : 0 },
    fulls: new Set(decided.plan.jobs.filter(({ steps }) => steps.some(isFull)).map(({ id }) => id)),
    prove: options.takeOver === "prove",
    watched: options.watched === true,
    verifiesSent: onceAsked(() => verifiesSent(facts, house)),
    mapped: onceAsked(() => listMapped(facts.images, house.backup)),
    transfers: new Map(house.clusters.map(({ settings }) => [settings.name, pLimit(widthOf(settings))])),
    receives: pLimit(house.settings.backupWorker),
  };
  await thawLeftFrozen(context);
  await tidyPartials(decided, context);
  await runJobs(decided, context);
  if (filterOf(options).cleanBackup) await reapTrash(context);
  await facts.catalog.flush();
  await intents.close();
  const all = facts.clusters.length === house.clusters.length;
  const seen = facts.clusters.every(({ disks, blind = [] }) => disks && blind.length === 0);
  if (all && seen) await intents.retire(standsOnLive(facts));
  return all && decided.plan.jobs.length === 0 && facts.partials.length === 0
    ? { facts, asked }
    : { asked: all ? asked : undefined };
}

async function takeOver(facts: Facts, options: RunOptions, house: House): Promise<void> {
  const { objects, settings, host, now } = house;
  const old = await needsTakeOver(objects, facts.images, { catalog: facts.catalog, names: namesOf(settings) });
  if (!old) return;
  if (!options.takeOver) throw refuseOldPool();
  await recordTakeOver(objects, new Date(now()).toISOString(), host);
}

/** On, unless the pool was the old tool's and nobody has asked for it. */
async function verifiesSent({ images }: Facts, { settings, objects }: House): Promise<boolean> {
  return settings.verifySent ?? !(await wasOldTools(objects, images, namesOf(settings)));
}

function onceAsked<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
}

/** Whether a live snapshot stood there when this run looked. */
function standsOnLive(facts: Facts): (key: string, snapshot: string) => boolean {
  const disks = facts.clusters.flatMap((cluster) => cluster.disks ?? []);
  const standing = new Set(
    disks.flatMap(({ disk, snapshots }) => snapshots.map(({ name }) => `${formatKey(disk.key)} ${name}`)),
  );
  return (key, snapshot) => standing.has(`${key} ${snapshot}`);
}

async function runJobs({ plan, candidates }: Decided, context: RunContext): Promise<void> {
  const { house } = context;
  const lanes = new Map([
    ...house.clusters.map(({ settings }) => [settings.name, pLimit(settings.liveWorker * AHEAD)] as const),
    ["backup", pLimit(house.settings.backupWorker)] as const,
  ]);
  const planned = plan.jobs.flatMap((job): readonly PlannedJob[] => {
    const candidate = candidates.get(job.id);
    return candidate ? [[job, candidate]] : [];
  });
  // The disks of a guest are snapshotted together, and so begin together. A chain without its disk goes by itself: a
  // closed generation has the lease of the chain that took its place.
  const groups = Map.groupBy(planned, ([job, { input }]) => (input.disk && context.facts.guests.get(job.lock)) ?? job);
  await Promise.all([...groups.values()].map((group) => lanes.get(laneOf(group))?.(() => runGuest(group, context))));
}

function isFull(step: Step): boolean {
  return step.kind === "transfer" && step.mode === "full";
}

function widthOf({ liveWorker, backupWorker = liveWorker }: LiveCluster): number {
  return Math.min(liveWorker, backupWorker);
}

/** A guest with anything to transfer waits for its cluster's lane. */
function laneOf(group: readonly PlannedJob[]): string {
  const lanes = group.map(([{ lane }]) => lane);
  return lanes.find((lane) => lane !== "backup") ?? "backup";
}
