import type { FoundGuest } from "@backurne/cluster";
import { describeError, type Failure } from "@backurne/model";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunContext } from "./context.ts";
import type { Reached } from "./house.ts";
import type { Freeze, LeftFrozen } from "./intents.ts";

/** ms a guest stands still at most; a snapshot that takes longer is taken of a running guest. */
const BUDGET = 8_000;

/** A guest that stands still serves nobody: that is a failure, whatever became of its backup. */
function stuckOf(why: string, vmid: number): Failure {
  return {
    message: `may still be frozen: ${why}`,
    code: "command",
    hint: `look, and thaw it by hand: qm guest cmd ${vmid} fsfreeze-status; qm guest cmd ${vmid} fsfreeze-thaw`,
  };
}

const TRIED = "it is tried on for an hour, and by the next run";

/** What came of holding a guest still while something was done. */
export interface Held {
  /** It stood still from before the first to after the last. */
  readonly quiesced: boolean;
  readonly because?: string | undefined;
}

export interface StillWork {
  readonly guest: FoundGuest;
  readonly reached: Reached;
  /** The lease under which it happens: others thaw the guest once it is free. */
  readonly resource: string;
}

/**
 * Does the work while the guest stands still, if it can be made to. The work is done in any case, and never cut short:
 * what has not ended within the budget goes on after the thaw. Nothing slow belongs in here.
 */
export async function whileStill(
  { guest, reached, resource }: StillWork,
  work: () => Promise<void>,
  { intents, emit, signal }: Pick<RunContext, "intents" | "emit" | "signal">,
): Promise<Held> {
  const vmid = guest.config?.vmid;
  if (vmid === undefined) {
    await work();
    return { quiesced: false };
  }
  const about = `${reached.settings.name}/${guest.name}`;
  const freeze: Freeze = { cluster: reached.settings.name, vmid, resource };
  const warn = (message: string): void => emit({ kind: "warning", about, message });
  async function settle(stuck: boolean | undefined): Promise<void> {
    if (stuck) return emit({ kind: "failed", about, failure: stuckOf(TRIED, vmid as number) });
    // It runs, and stays on record: the next run thaws it once more, which harms nobody.
    await intents.thawed(freeze).catch((error: unknown) => warn(`its thaw is not recorded: ${describeError(error)}`));
  }
  await intents.freezing(freeze);
  const frozen = await reached.cluster.freeze(guest, signal);
  if (!frozen.frozen) {
    const { because, stuck } = frozen;
    warn(`could not be frozen, its snapshots are crash-consistent: ${because}`);
    await settle(stuck);
    await work();
    return { quiesced: false, because };
  }
  const timer = new AbortController();
  let ended = false;
  const working = work().finally(() => {
    ended = true;
    timer.abort();
  });
  working.catch(() => undefined); // it is awaited below, after the thaw
  await Promise.race([
    working.catch(() => undefined),
    sleep(BUDGET, undefined, { signal: timer.signal }).catch(() => undefined),
  ]);
  const inTime = ended;
  const { held, because, stuck } = await frozen.thaw();
  await settle(stuck);
  await working;
  if (!inTime) return { quiesced: false, because: `snapshots took longer than ${BUDGET / 1000} s, thawed first` };
  return { quiesced: held, because };
}

type Thawing = Pick<RunContext, "intents" | "leases" | "house" | "emit">;

/** Runs that are gone may have left guests frozen: whose lease is free, is thawed. Never throws. */
export async function thawLeftFrozen(context: Thawing): Promise<void> {
  await Promise.all(context.intents.frozen.map((left) => thawOne(left, context)));
}

async function thawOne(left: LeftFrozen, { leases, house, emit }: Thawing): Promise<void> {
  const about = `${left.cluster}/${left.vmid}`;
  const fail = (why: string): void => emit({ kind: "failed", about, failure: stuckOf(why, left.vmid) });
  const reached = house.clusters.find(({ settings }) => settings.name === left.cluster);
  try {
    const lease = await leases.acquire(left.resource);
    if (!lease) return; // its run is alive
    try {
      if (!reached) return fail(`a run that is gone had frozen it, and ${left.cluster} is not configured any more`);
      const { held, stuck, because } = await reached.cluster.thaw(left.vmid);
      if (held) emit({ kind: "warning", about, message: "an earlier run had left it frozen; it is thawed now" });
      if (stuck) fail(because ?? "it did not answer");
      else await left.settle();
    } finally {
      await lease.release();
    }
  } catch (error) {
    fail(describeError(error));
  }
}
