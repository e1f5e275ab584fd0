import { createHash, randomUUID } from "node:crypto";
import { BackurneError } from "@backurne/model";
import type { Locker, LockRequest, LockState, RadosObjects } from "@backurne/rbd";
import type { LeaseTimes } from "./house.ts";
import { openGiveBack, type GivenBack } from "./give-back.ts";
import { secondsSinceBoot } from "./uptime.ts";

/** The right to change one chain, among all hosts and runs. */
export interface Lease {
  /** Aborts when the lease is lost; its reason says how. */
  readonly lost: AbortSignal;
  /**
   * Returns while the lease is surely ours, throws when it is lost. To be called right before what must not happen twice.
   * `now`: renewed just now, as before the commit; otherwise a renewal that leaves half of its time is enough.
   */
  confirm(when?: "now"): Promise<void>;
  /** Only after everything done under it has ended. Never throws: a lease that cannot be given back expires. */
  release(): Promise<void>;
}

export interface Leases {
  /** undefined: another run holds it. */
  acquire(resource: string): Promise<Lease | undefined>;
  /** Who holds it, for messages. */
  holder(resource: string): Promise<string | undefined>;
}

/** Name of the lock on the lease's object. */
export const LOCK = "backurne";

/**
 * `rados lock` with a tag per process: the same tag renews, another tag has to wait until it expires, and the time is
 * the OSD's. A tag per host would let cron and a run by hand both in.
 */
export function openLeases(objects: RadosObjects, owner: string, times: LeaseTimes): Leases {
  const tag = randomUUID();
  // The tag is one for the whole process, so the cluster would let two of our own jobs in.
  const queues = new Map<string, Promise<void>>();
  const giveBack = openGiveBack(objects, Math.ceil(times.duration / 5));
  const request: LockRequest = { name: LOCK, tag, description: owner, seconds: times.duration };

  return {
    async acquire(resource) {
      const leave = await enter(queues, resource);
      const object = leaseObject(resource);
      try {
        const asked = secondsSinceBoot();
        if ((await objects.lock(object, request)) === "locked") {
          const lease = keepLease({ objects, object, request, times, giveBack }, asked);
          return { ...lease, release: () => lease.release().finally(leave) };
        }
      } catch (error) {
        // What failed may have taken it all the same, and the next run would wait for whom it does not help.
        await breakOurs({ objects, object, request }).catch(() => undefined);
        leave();
        throw error;
      }
      leave();
      return undefined;
    },
    async holder(resource) {
      const state = await objects.lockState(leaseObject(resource), LOCK);
      return state?.lockers.at(-1)?.description;
    },
  };
}

/** Waits for its turn within this process; the function returned ends the turn. */
async function enter(queues: Map<string, Promise<void>>, resource: string): Promise<() => void> {
  const before = queues.get(resource);
  const { promise, resolve } = Promise.withResolvers<void>();
  const mine = (before ?? Promise.resolve()).then(() => promise);
  queues.set(resource, mine);
  void mine.then(() => queues.get(resource) === mine && queues.delete(resource));
  await before;
  return resolve;
}

/** Whoever holds it now. @param now epoch ms */
export function liveLocker(state: LockState | undefined, now: number): Locker | undefined {
  return state?.lockers.findLast(({ expires }) => expires > now);
}

export function leaseObject(resource: string): string {
  return `backurne.lease.${createHash("sha256").update(resource).digest("hex")}`;
}

interface Held {
  readonly objects: RadosObjects;
  readonly object: string;
  readonly request: LockRequest;
  readonly times: LeaseTimes;
  readonly giveBack: (lease: GivenBack) => Promise<void>;
}

/** Only the lockers with our tag. */
async function breakOurs({ objects, object, request }: Pick<Held, "objects" | "object" | "request">): Promise<void> {
  const state = await objects.lockState(object, LOCK);
  if (state?.tag !== request.tag) return;
  await Promise.all(state.lockers.map((locker) => objects.breakLock(object, LOCK, locker)));
}

function keepLease({ objects, object, request, times, giveBack }: Held, acquired: number): Lease {
  const loss = new AbortController();
  let renewed = acquired;
  let renewing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  function lose(why: string): void {
    loss.abort(
      new BackurneError("unexpected", `the lease was lost: ${why}`, { hint: "the next run goes on from here" }),
    );
  }

  function check(): void {
    const silent = secondsSinceBoot() - renewed;
    if (silent > times.lostAfter) lose(`not renewed for ${Math.round(silent)} s`);
  }

  async function renew(): Promise<void> {
    check();
    if (loss.signal.aborted) return;
    // Counted from before the question: the OSD's clock started no earlier than that.
    const asked = secondsSinceBoot();
    try {
      if ((await objects.lock(object, request)) === "busy") return lose("another run has taken it");
    } catch {
      return check(); // the cluster may answer the next time
    }
    check(); // stopped for a while between question and answer: somebody may have held it meanwhile
    if (!loss.signal.aborted) renewed = asked;
  }

  function renewOnce(): Promise<void> {
    renewing ??= renew().finally(() => (renewing = undefined));
    return renewing;
  }

  function schedule(): void {
    timer = setTimeout(() => void renewOnce().finally(schedule), times.renewEvery * 1000);
    timer.unref();
  }
  schedule();

  return {
    lost: loss.signal,
    async confirm(when) {
      check();
      const young = when === "now" ? times.fresh : Math.max(times.fresh, times.duration / 3);
      if (!loss.signal.aborted && secondsSinceBoot() - renewed > young) await renewOnce();
      check();
      loss.signal.throwIfAborted();
      if (secondsSinceBoot() - renewed > Math.max(young, times.renewEvery)) {
        throw new BackurneError("unexpected", "the lease could not be renewed");
      }
    },
    async release() {
      clearTimeout(timer);
      await renewing?.catch(() => undefined);
      clearTimeout(timer);
      try {
        // Removing the object takes everybody's lock with it: only while it is surely nobody else's.
        const isOursFor = (seconds: number): boolean =>
          !loss.signal.aborted && secondsSinceBoot() - renewed < times.duration - 2 * seconds;
        await giveBack({ object, isOursFor }).catch(() => breakOurs({ objects, object, request }));
      } catch {
        // It expires by itself.
      }
    },
  };
}
