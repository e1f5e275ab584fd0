import {
  formatImageName,
  formatKey,
  NO_COMMENT,
  type Disk,
  type GuestTraits,
  type ImageKey,
  type Job,
  type Plan,
  type Refusal,
  type Skip,
  type Subject,
  type Warning,
} from "@backurne/model";
import { brakePool } from "./brakes.ts";
import { planChain, type ChainInput, type ChainPlan } from "./chain.ts";
import { findCollisions } from "./collisions.ts";
import { chooseProfiles } from "./choose.ts";
import type { ChainFacts, ClusterFacts, DiskFacts, OmittedFacts, PlanInput, PoolFacts } from "./facts.ts";
import { heldPoints } from "./holds.ts";
import { ownerOf } from "./owner.ts";
import { stateOfClosed, stateOfMissing, type State } from "./state.ts";

/** One disk or chain with everything that decides over it; the engine asks again for the same thing under the lease. */
export interface Candidate {
  readonly input: ChainInput;
  readonly state: State;
  readonly cluster: ClusterFacts | undefined;
  /** Whose disk it is, where its cluster knows guests: as it says now, or as the chain remembers. */
  readonly vm?: Pick<GuestTraits, "vmid" | "kind"> | undefined;
  readonly warnings?: readonly string[] | undefined;
  /** Its cluster keeps it from being backed up. */
  readonly omitted?: OmittedFacts | undefined;
}

/** Facts and a clock become a plan. Every line says why; nothing is read and nothing is changed. */
export function planRun(input: PlanInput): Plan {
  const collisions = findCollisions(input);
  const planned = candidatesOf(input)
    .filter(({ input: { subject, chain } }) => !collisions.keys.has(formatKey(subject.key)) && !chain?.marks.unreadable)
    .map((candidate) => ({ candidate, plan: planChain(candidate.input) }));
  const allowed = limitFulls(refusePool(planned, input), input);
  return {
    version: 1,
    kind: "plan",
    at: new Date(input.now).toISOString(),
    jobs: allowed.lines.toSorted(byUrgency).flatMap((line) => jobOf(line) ?? []),
    skipped: allowed.lines.flatMap((line) => skipOf(line, input.now) ?? []),
    refused: allowed.refused,
    ...heldOf(allowed.lines),
    warnings: [...(input.warnings ?? []), ...warningsOf(allowed.lines)],
    failures: [...failuresOf(input), ...collisions.failures, ...unreadableChains(input.pool)],
  };
}

interface Line {
  readonly candidate: Candidate;
  readonly plan: ChainPlan;
  readonly waits?: string | undefined;
}

/** Every disk that exists, and every chain whose disk does not. */
export function candidatesOf(given: PlanInput): readonly Candidate[] {
  const input = { ...given, pool: rememberMade(given.pool) };
  const chains = new Map<string, ChainFacts>();
  for (const chain of input.pool.chains) if (chain.kind === "current") chains.set(formatKey(chain.key), chain);
  const clusters = input.clusters.filter((facts) => wanted(facts.cluster.name, input));
  const disks = clusters.flatMap((cluster) => (cluster.disks ?? []).map((disk) => ({ cluster, disk })));
  const omitted = clusters.flatMap((cluster) => (cluster.omitted ?? []).map((one) => ({ cluster, one })));
  const seen = new Set([...disks.map(({ disk }) => disk), ...omitted.map(({ one }) => one)].map(keyOf));
  const missing = input.pool.chains.filter((chain) => chain.kind === "closed" || !seen.has(formatKey(chain.key)));
  return [
    ...disks
      .filter(({ disk }) => isAsked(disk.disk, input))
      .map(({ cluster, disk }) => presentCandidate(input, cluster, { disk, chain: chains.get(keyOf(disk)) })),
    ...omitted
      .filter(({ one }) => isAsked(one.disk, input))
      .map(({ cluster, one }) => omittedCandidate(input, cluster, { one, chain: chains.get(keyOf(one)) })),
    ...missing.flatMap((chain) => missingCandidate(input, chain, chains) ?? []),
  ];
}

/** What stands on any generation of a disk's backups was made by us, on its live image too. */
function rememberMade(pool: PoolFacts): PoolFacts {
  const generations = Map.groupBy(pool.chains, (chain) => formatKey(chain.key));
  const stands = (key: ImageKey, name: string): boolean =>
    (generations.get(formatKey(key)) ?? []).some(({ snapshots }) =>
      snapshots.some((snapshot) => snapshot.name === name),
    );
  return { ...pool, intended: (key, snapshot) => pool.intended(key, snapshot) || stands(key, snapshot) };
}

function keyOf({ disk }: { readonly disk: Disk }): string {
  return formatKey(disk.key);
}

function isAsked({ vm }: Disk, { filter }: PlanInput): boolean {
  return filter.vmid === undefined || vm?.vmid === filter.vmid;
}

function wanted(cluster: string, { filter }: Pick<PlanInput, "filter">): boolean {
  return filter.cluster === undefined || filter.cluster === cluster;
}

function presentCandidate(
  input: PlanInput,
  cluster: ClusterFacts,
  { disk, chain }: { disk: DiskFacts; chain: ChainFacts | undefined },
): Candidate {
  const choice = chooseProfiles(disk.disk, cluster.cluster, { input, chain });
  const subject = subjectOf(disk.disk, chain?.image);
  return {
    state: choice.state,
    cluster,
    vm: disk.disk.vm,
    warnings: choice.warnings,
    input: {
      ...chainInput(input, { subject, disk, chain, state: choice.state.state, profiles: choice.profiles }),
      freeze: choice.fsfreeze && disk.freezable === true,
    },
  };
}

function omittedCandidate(
  input: PlanInput,
  cluster: ClusterFacts,
  { one, chain }: { one: OmittedFacts; chain: ChainFacts | undefined },
): Candidate {
  const { state, because } = one;
  const subject = subjectOf(one.disk, chain?.image);
  const { profiles } = cluster.cluster;
  return {
    state: { state, because },
    cluster,
    vm: one.disk.vm,
    omitted: one,
    input: chainInput(input, { subject, disk: undefined, chain, state, profiles }),
  };
}

function missingCandidate(
  input: PlanInput,
  chain: ChainFacts,
  current: ReadonlyMap<string, ChainFacts>,
): Candidate | undefined {
  const cluster = ownerOf(chain, input);
  if (input.filter.vmid !== undefined && chain.marks.guest?.vmid !== input.filter.vmid) return undefined;
  if (input.filter.cluster !== undefined && cluster?.cluster.name !== input.filter.cluster) return undefined;
  const state =
    chain.kind === "closed" ? stateOfClosed(chain, current.get(formatKey(chain.key))) : stateOfMissing(chain, cluster);
  const guest = chain.comment === NO_COMMENT ? chain.key.disk : chain.comment;
  const name = { guest, disk: chain.key.disk, key: chain.key, image: chain.image };
  const subject = { cluster: cluster?.cluster.name ?? chain.key.ident, ...name };
  const profiles = cluster?.cluster.profiles ?? [];
  return {
    state,
    cluster,
    vm: chain.marks.guest,
    input: chainInput(input, { subject, disk: undefined, chain, state: state.state, profiles }),
  };
}

function chainInput(
  input: PlanInput,
  chain: Pick<ChainInput, "subject" | "chain" | "disk" | "state" | "profiles">,
): ChainInput {
  const { policy, filter, now, pool } = input;
  return { ...chain, policy, filter, now, intended: (snapshot) => pool.intended(chain.subject.key, snapshot) };
}

function subjectOf(disk: Disk, image: string | undefined): Subject {
  const name = image ?? formatImageName({ ...disk.key, comment: disk.comment });
  return { cluster: disk.cluster, guest: disk.guest, disk: disk.disk, key: disk.key, image: name };
}

/** What could not be looked at, and what is not believed. */
export function failuresOf(input: Pick<PlanInput, "clusters" | "filter">): readonly Warning[] {
  const { vmid: asked } = input.filter;
  return input.clusters
    .filter(({ cluster }) => wanted(cluster.name, input))
    .flatMap(({ cluster: { name }, disks, failure, doubt, blind = [] }) => {
      if (!disks) return [{ about: name, message: failure ?? "could not be listed" }];
      const spots = blind.filter(({ vmid }) => asked === undefined || vmid === undefined || vmid === asked);
      return [
        ...(doubt === undefined ? [] : [{ about: name, message: doubt }]),
        ...spots.map(({ about, because }) => ({ about: `${name}/${about}`, message: because })),
      ];
    });
}

/** Somebody changed a mark by hand: what the chain is based on, or what its source was, is not known any more. */
function unreadableChains({ chains }: PoolFacts): readonly Warning[] {
  return chains
    .filter(({ marks }) => marks.unreadable !== undefined)
    .map(({ image, marks }) => ({
      about: image,
      message: `the mark ${marks.unreadable}, which is not what we write: nothing of this image is touched; mend the mark, or remove it with rbd image-meta`,
    }));
}

/** The pool's brake comes after the chains': it refuses what is left of extraordinary removals, and nothing else. */
function refusePool(lines: readonly Line[], input: PlanInput): { lines: readonly Line[]; refused: readonly Refusal[] } {
  const refused = lines.flatMap((line) => line.plan.refused ?? []);
  const extraordinary = (line: Line): number =>
    line.plan.removals.filter((removal) => removal.verdict.ordinary !== true).length;
  const removals = lines.reduce((sum, line) => sum + extraordinary(line), 0);
  const asked = removals + refused.reduce((sum, refusal) => sum + refusal.removals, 0);
  if (input.acceptRemovals !== undefined && input.acceptRemovals === asked) {
    return { lines: lines.map((line) => ({ ...line, plan: acceptRefused(line) })), refused: [] };
  }
  const total = countOurs(input);
  const because = brakePool({ removals, total });
  if (because === undefined) return { lines, refused };
  const kept = lines.map((line) => ({ ...line, plan: withoutExtraordinary(line.plan) }));
  return { lines: kept, refused: [...refused, { scope: "pool", because, removals }] };
}

function acceptRefused({ plan, candidate }: Line): ChainPlan {
  if (!plan.refused) return plan;
  return planChain({ ...candidate.input, accepted: true });
}

function withoutExtraordinary(plan: ChainPlan): ChainPlan {
  return {
    ...plan,
    removals: plan.removals.filter(({ verdict }) => verdict.ordinary),
    steps: plan.steps.filter((step) => step.kind !== "remove" || step.ordinary),
  };
}

function countOurs({ pool, clusters }: PlanInput): number {
  let count = 0;
  for (const { snapshots } of [...pool.chains, ...clusters.flatMap((facts) => facts.disks ?? [])]) {
    for (const snapshot of snapshots) if (snapshot.ours) count += 1;
  }
  return count;
}

function limitFulls(
  { lines, refused }: { lines: readonly Line[]; refused: readonly Refusal[] },
  { policy }: PlanInput,
): { lines: readonly Line[]; refused: readonly Refusal[] } {
  if (policy.maxNewFulls === undefined) return { lines, refused };
  const fulls = lines.filter((line) => line.plan.transfer?.step.mode === "full").sort(byUrgency);
  const waiting = new Set(fulls.slice(policy.maxNewFulls));
  const waits = `max_new_fulls_per_run is ${policy.maxNewFulls}`;
  const limited = lines.map((line) =>
    waiting.has(line) ? { ...line, plan: { ...line.plan, steps: [] }, waits } : line,
  );
  return { lines: limited, refused };
}

function jobOf({ plan, candidate }: Line): Job | undefined {
  if (plan.steps.length === 0) return undefined;
  const { subject } = candidate.input;
  return {
    id: subject.image,
    subject,
    lock: formatKey(subject.key),
    lane: plan.transfer ? subject.cluster : "backup",
    priority: plan.transfer?.due.high ? "high" : "normal",
    steps: plan.steps,
  };
}

/** High priority first, then what probably takes longest, so that the end of a run is not one slow straggler. */
function byUrgency(a: Line, b: Line): number {
  const high = ({ plan }: Line): number => Number(plan.transfer?.due.high === true);
  const image = ({ candidate }: Line): string => candidate.input.subject.image;
  return high(b) - high(a) || expectedBytes(b) - expectedBytes(a) || (image(a) < image(b) ? -1 : 1);
}

function expectedBytes({ plan, candidate }: Line): number {
  if (!plan.transfer) return -1;
  const { chain, disk } = candidate.input;
  const size = disk?.size ?? 0;
  return plan.transfer.step.mode === "full" ? size : (chain?.lastBytes ?? size / 100);
}

function skipOf({ plan, candidate, waits }: Line, now: number): Skip | undefined {
  if (plan.transfer && waits === undefined) return undefined;
  const { state, because } = candidate.state;
  const { subject } = candidate.input;
  if (waits !== undefined) return { subject, state, do: "wait", because: waits };
  if (state === "vanished") return { subject, state, do: "fade", because };
  if (state === "excluded" || state === "switched off") return { subject, state, do: "skip", because };
  if (state !== "present") return { subject, state, do: "keep", because };
  const next = Math.min(...plan.next.map((one) => one.due.next));
  const reasons = plan.next.map((one) => one.due.because);
  if (reasons.length === 0) return { subject, state, do: "skip", because: "no profile applies" };
  return { subject, state, do: "wait", because: reasons.join(", "), next: Math.max(next, now) };
}

function heldOf(lines: readonly Line[]): Pick<Plan, "held"> {
  const held = lines.flatMap(({ candidate: { input } }) => heldPoints(input) ?? []);
  return held.length > 0 ? { held } : {};
}

function warningsOf(lines: readonly Line[]): readonly Warning[] {
  return lines.flatMap(({ plan, candidate }) =>
    [...plan.warnings, ...(candidate.warnings ?? [])].map((message) => ({
      about: candidate.input.subject.image,
      message,
    })),
  );
}
