import type { FoundGuest } from "@backurne/cluster";
import { describeError } from "@backurne/model";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunContext } from "./context.ts";
import type { Reached } from "./house.ts";
import type { Freeze, LeftFrozen } from "./intents.ts";

/** ms a guest stands still at most; a snapshot that takes longer is taken of a running guest. */
const BUDGET = 8_000;

const STUCK = "may still be frozen: it is tried on for an hour, and by the next run";

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
  await intents.freezing(freeze);
  const frozen = await reached.cluster.freeze(guest, signal);
  if (!frozen.frozen) {
    const { because, stuck } = frozen;
    warn(`could not be frozen, its snapshots are crash-consistent: ${because}`);
    if (stuck) warn(STUCK);
    else await intents.thawed(freeze);
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
  if (stuck) warn(STUCK);
  else await intents.thawed(freeze);
  await working;
  if (!inTime) return { quiesced: false, because: `snapshots took longer than ${BUDGET / 1000} s, thawed first` };
  return { quiesced: held, because };
}

/** Runs that are gone may have left guests frozen: whose lease is free, is thawed. Never throws. */
export async function thawLeftFrozen(context: RunContext): Promise<void> {
  await Promise.all(context.intents.frozen.map((left) => thawOne(left, context)));
}

async function thawOne(left: LeftFrozen, { leases, house, emit }: RunContext): Promise<void> {
  const about = `${left.cluster}/${left.vmid}`;
  const warn = (message: string): void => emit({ kind: "warning", about, message });
  const reached = house.clusters.find(({ settings }) => settings.name === left.cluster);
  if (!reached) return;
  try {
    const lease = await leases.acquire(left.resource);
    if (!lease) return; // its run is alive
    try {
      const { held, stuck, because } = await reached.cluster.thaw(left.vmid);
      if (held) warn("an earlier run had left it frozen; it is thawed now");
      if (stuck) warn(`may still be frozen: ${because ?? "it did not answer"}`);
      else await left.settle();
    } finally {
      await lease.release();
    }
  } catch (error) {
    warn(`may still be frozen: ${describeError(error)}`);
  }
}
