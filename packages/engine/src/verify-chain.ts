import {
  BackurneError,
  formatKey,
  shortName,
  type Extent,
  type ImageVerification,
  type Marks,
  type VerificationEvent,
  type VerificationOutcome,
} from "@backurne/model";
import { sharedSnapshots, type Candidate, type ChainFacts, type DiskFacts } from "@backurne/planner";
import type { Comparison } from "@backurne/rbd";
import { digestsAgree } from "./compare.ts";
import type { RunContext } from "./context.ts";
import { namesOf, readPoints, snapshotFacts } from "./gather.ts";
import type { Lease } from "./lease.ts";
import { compareParts, stillStands, type Pair, type Scene } from "./proof.ts";
import { readMarks } from "./read-marks.ts";
import { describePlaces, markSuspect, recordProof } from "./record-proof.ts";
import { nextStep, type Step } from "./turn.ts";
import type { Manner } from "./verify.ts";
import { sayError } from "./verify-sent.ts";

export interface VerifyContext extends Pick<RunContext, "house" | "facts" | "leases" | "signal"> {
  readonly manner: Manner;
  readonly writes: boolean;
  readonly onEvent: (event: VerificationEvent) => void;
}

type End = Partial<ImageVerification> & { readonly outcome: VerificationOutcome };

/** One chain under its lease: nothing expires from it, on either side, while it is read. */
export async function verifyChain(candidate: Candidate, context: VerifyContext): Promise<ImageVerification> {
  const { subject } = candidate.input;
  const reference = shortName(subject);
  const expected = expectedBytes(candidate, context.manner);
  context.onEvent({ kind: "started", image: subject.image, reference, expected });
  const started = performance.now();
  const end = await attempt(candidate, context);
  const milliseconds = Math.round(performance.now() - started);
  const result = { reference, image: subject.image, bytes: 0, ranges: [], ...end, milliseconds };
  context.onEvent({ kind: "ended", result });
  return result;
}

function expectedBytes({ input: { disk } }: Candidate, manner: Manner): number | undefined {
  if (!disk || manner === "hash") return disk?.size;
  return manner === "full" ? disk.size : (disk.size * manner.count) / manner.of;
}

async function attempt(candidate: Candidate, context: VerifyContext): Promise<End> {
  if (context.signal.aborted) return { outcome: "interrupted", because: "not started" };
  try {
    const { key } = candidate.input.subject;
    const lease = await context.leases.acquire(formatKey(key));
    if (!lease) return { outcome: "held", because: "held by another run" };
    try {
      return await compareUnder(lease, candidate, context);
    } finally {
      await lease.release();
    }
  } catch (error) {
    if (context.signal.aborted) return { outcome: "interrupted" };
    const outcome = error instanceof BackurneError && error.code === "command" ? "not verifiable" : "failed";
    return { outcome, because: sayError(error) };
  }
}

async function compareUnder(lease: Lease, candidate: Candidate, context: VerifyContext): Promise<End> {
  const { house, manner, signal, onEvent } = context;
  const { subject } = candidate.input;
  const reached = house.clusters.find(({ cluster }) => cluster.name === subject.cluster);
  const sides = await readSides(candidate, { house, reached });
  const shared = sides && sharedSnapshots(sides.disk, sides.chain).at(-1);
  if (!sides || !shared) return { outcome: "not shared", because: "no snapshot stands on both sides" };
  const { chain, disk } = sides;
  const pair: Pair = { disk, live: shared.live, image: chain.image, target: shared.target };
  const onBytes = (bytes: number): void => onEvent({ kind: "progress", image: subject.image, bytes });
  const stop = AbortSignal.any([signal, lease.lost]);
  const at = new Date(house.now()).toISOString();
  const compared = await compare(pair, { manner, at, marks: chain.marks }, { house, reached, stop, onBytes });
  const { how, found, ...rest } = compared;
  const end = { snapshot: shared.target, how, bytes: found.bytes, ranges: found.ranges };
  const books = { ...context, lease };
  if (found.different === 0) {
    if (context.writes)
      await recordProof({ chain, names: momentOf(chain, shared.target), proof: { how, at }, ...rest }, books);
    return { ...end, outcome: "same" };
  }
  if (!(await stillStands(pair, { reached }))) {
    return {
      ...end,
      ranges: [],
      outcome: "not verifiable",
      because: "the source snapshot was removed while it was read",
    };
  }
  const suspect = { snapshot: shared.target, ranges: found.ranges, how, at };
  if (context.writes) await markSuspect(chain, suspect, books);
  const because = [
    ...(found.ranges.length > 0 ? [describePlaces(found.ranges, found.different)] : []),
    ...(context.writes ? ["the next run starts a new generation"] : []),
  ].join("; ");
  return { ...end, outcome: "different", because };
}

interface Compared {
  readonly how: Extent;
  readonly found: Comparison;
  readonly whole?: string | undefined;
  readonly round?: Step["round"];
  readonly turn?: Step["turn"];
}

async function compare(
  pair: Pair,
  { manner, at, marks }: { readonly manner: Manner; readonly at: string; readonly marks: Marks },
  scene: Scene & { readonly onBytes: (bytes: number) => void },
): Promise<Compared> {
  const atOnce = { how: "full", whole: at, round: { of: 1, began: at, ended: at } } as const;
  if (manner === "hash") {
    const agree = await digestsAgree({ ...pair, live: pair.live.name }, scene);
    const found = { bytes: pair.disk.size, different: agree ? 0 : 1, ranges: [] };
    return { ...atOnce, found };
  }
  if (manner === "full") {
    const found = await compareParts(pair, { kind: "share", first: 0, count: 1, of: 1 }, scene);
    return { ...atOnce, found };
  }
  const { first, count, of, ...rest } = nextStep(marks.verified, manner, at);
  const found = await compareParts(pair, { kind: "share", first, count, of }, scene);
  return { how: count === of ? "full" : `${count}/${of}`, found, ...rest };
}

/** Both sides as they are now that nobody else may change them; undefined: something is gone. */
async function readSides(
  { input }: Candidate,
  { house, reached }: Pick<Scene, "house" | "reached">,
): Promise<{ chain: ChainFacts; disk: DiskFacts } | undefined> {
  const { chain, disk } = input;
  if (!chain || !disk || !reached) return undefined;
  const [marks, snapshots, live] = await Promise.all([
    readMarks(chain.image, house),
    readPoints(chain.image, house),
    reached.cluster.pool(disk.disk).snapshots(disk.disk.image),
  ]);
  if (!marks || !snapshots || !live) return undefined;
  return {
    chain: { ...chain, marks, snapshots },
    disk: { ...disk, snapshots: snapshotFacts(live, namesOf(house.settings)) },
  };
}

/** All names that stand for the content of this one. */
function momentOf({ marks, snapshots }: ChainFacts, target: string): readonly string[] {
  const entry = marks.base?.shared.find(({ name, twins = [] }) => name === target || twins.includes(target));
  const standing = new Set(snapshots.map(({ name }) => name));
  const others = entry ? [entry.name, ...(entry.twins ?? [])].filter((name) => name !== target) : [];
  return [target, ...others.filter((name) => standing.has(name))];
}
