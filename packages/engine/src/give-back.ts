import { BackurneError } from "@backurne/model";
import type { RadosObjects } from "@backurne/rbd";

/** So many in one command line. */
const MOST = 100;

/** One lease to be given back. */
export interface GivenBack {
  readonly object: string;
  /** Whether it is surely still ours for this many seconds: whatever lasts longer could take it from another host. */
  isOursFor(seconds: number): boolean;
}

/**
 * Removes lease objects, and the locks with them: those that end while one removal is under way go together in the next.
 * One by one (the lock's state, then each locker of it) it would cost as much as the rest of the lease. Each is looked at
 * right before the removal, which gives up within `seconds`. Rejects when it was not removed.
 */
export function openGiveBack(
  objects: Pick<RadosObjects, "removeObjects">,
  seconds: number,
): (lease: GivenBack) => Promise<void> {
  const waiting: (GivenBack & { done(): void; fail(error: unknown): void })[] = [];
  let busy = false;

  async function work(): Promise<void> {
    for (let group = waiting.splice(0, MOST); group.length > 0; group = waiting.splice(0, MOST)) {
      const { ours = [], late = [] } = Object.groupBy(group, (one) => (one.isOursFor(seconds) ? "ours" : "late"));
      for (const { fail } of late) fail(new BackurneError("unexpected", "the lease may have expired meanwhile"));
      try {
        if (ours.length > 0)
          await objects.removeObjects(
            ours.map(({ object }) => object),
            seconds,
          );
        for (const { done } of ours) done();
      } catch (error) {
        for (const { fail } of ours) fail(error);
      }
    }
    busy = false;
  }

  return (lease) =>
    new Promise((done, fail) => {
      waiting.push({ ...lease, done, fail });
      if (busy) return;
      busy = true;
      setImmediate(() => void work());
    });
}
