import { setTimeout as sleep } from "node:timers/promises";
import type { ImageListing, ImageUsage, PoolSpace } from "@backurne/model";
import type { Backurne } from "backurne";

/** ms: who asks often is answered from what is known; a look at all clusters costs listings, weighing them far more. */
const LISTED = 5 * 60_000;
const WEIGHED = 3_600_000;
/** ms until what could not be looked at is tried again. */
const AGAIN = 60_000;

/** ms that somebody who asks waits for the first look of all. */
const PATIENCE = 5_000;

/** What changes slowly, as it was last seen; undefined: it could not be looked at, or that goes on for the first time. */
export interface Known {
  images(): Promise<readonly ImageListing[] | undefined>;
  usage(): Promise<readonly ImageUsage[] | undefined>;
  /** Nor may everybody ask. */
  space(): Promise<PoolSpace | undefined>;
}

export function openKnown(
  backurne: Pick<Backurne, "list" | "stats" | "space">,
  { now, failed }: { readonly now: () => number; readonly failed: (error: unknown) => void },
): Known {
  function keepFor<T>(age: number, look: () => Promise<T>): () => Promise<T | undefined> {
    let seen: { readonly value: T | undefined } | undefined;
    let looking: Promise<void> | undefined;
    let since = -Infinity;
    async function lookNow(): Promise<void> {
      since = now();
      try {
        seen = { value: await look() };
      } catch (error) {
        since = now() - age + AGAIN;
        seen = { value: undefined };
        failed(error);
      }
      looking = undefined;
    }
    return async () => {
      if (now() - since >= age) looking ??= lookNow();
      // Whoever scrapes has seconds, and a look may take minutes.
      if (!seen) await Promise.race([looking, sleep(PATIENCE, undefined, { ref: false })]);
      return seen?.value;
    };
  }
  return {
    images: keepFor(LISTED, () => backurne.list()),
    usage: keepFor(WEIGHED, () => backurne.stats()),
    space: keepFor(LISTED, () => backurne.space().catch(() => undefined)),
  };
}
