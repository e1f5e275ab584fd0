import { BackurneError, describeError, type Extent } from "@backurne/model";
import type { ChainFacts } from "@backurne/planner";
import type { JobContext } from "./context.ts";
import type { Made } from "./moment.ts";
import { compareParts, stillStands, type Pair } from "./proof.ts";
import { differenceOf, markSuspect, recordProof } from "./record-proof.ts";
import type { Transferred } from "./transfer.ts";

/** What is to be said of the chain afterwards. */
export interface Checked {
  readonly chain: ChainFacts;
  /** The job has failed with it, when all that is left of the job is done. */
  readonly difference?: BackurneError | undefined;
}

const HOW: Extent = "sent";

/**
 * Reads back what a transfer has just sent and compares it with the source. What cannot be compared stays a backup, and
 * a warning says so; a difference makes the chain suspect.
 */
export async function verifySent(
  { chain, disk, base }: Transferred,
  made: Made,
  context: JobContext,
): Promise<Checked> {
  if (!(await context.verifiesSent())) return { chain };
  const { house, emit, job, stop } = context;
  const [snapshot] = made.names as [string, ...string[]];
  const pair: Pair = { disk, live: made.snapshot, image: chain.image, target: snapshot };
  const unverified = (because: string): Checked => {
    emit({ kind: "warning", about: chain.image, message: `${snapshot} was not verified: ${because}` });
    return { chain };
  };
  const started = performance.now();
  const found = await compareInTurn(() => compareParts(pair, { kind: "changed", base }, context), context).catch(
    asError,
  );
  if (found instanceof Error) return unverified(stop.aborted ? "it was stopped" : sayError(found));
  const at = new Date(house.now()).toISOString();
  if (found.different === 0) {
    const milliseconds = Math.round(performance.now() - started);
    emit({ kind: "verified", job, image: chain.image, snapshot, how: HOW, bytes: found.bytes, milliseconds });
    const begun = base === undefined ? at : undefined;
    return { chain: await recordProof({ chain, names: made.names, proof: { how: HOW, at }, begun }, context) };
  }
  if (!(await stillStands(pair, context))) return unverified("the source snapshot was removed while it was read");
  const suspect = { snapshot, ranges: found.ranges, how: HOW, at };
  const difference = differenceOf(chain.image, suspect, found.different);
  return { chain: await markSuspect(chain, suspect, context), difference };
}

/** It reads as a transfer does, and so waits for the same places. */
function compareInTurn<T>(work: () => Promise<T>, { transfers, receives, candidate }: JobContext): Promise<T> {
  const lane = transfers.get(candidate.input.subject.cluster);
  return lane ? lane(() => receives(work)) : receives(work);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** In one line, with the way out. */
export function sayError(error: unknown): string {
  const hint = error instanceof BackurneError && error.hint !== undefined ? `; ${error.hint}` : "";
  return describeError(error) + hint;
}
