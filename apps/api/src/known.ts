import type { ImageListing, ImageUsage } from "@backurne/model";
import type { Backurne } from "backurne";

/** ms: who asks often is answered from what is known; a look at all clusters costs listings, weighing them far more. */
const LISTED = 5 * 60_000;
const WEIGHED = 3_600_000;
/** ms until what could not be looked at is tried again. */
const AGAIN = 60_000;

/** What changes slowly; undefined: it could not be looked at. */
export interface Known {
  images(): Promise<readonly ImageListing[] | undefined>;
  usage(): Promise<readonly ImageUsage[] | undefined>;
}

export function openKnown(
  backurne: Pick<Backurne, "list" | "stats">,
  { now, failed }: { readonly now: () => number; readonly failed: (error: unknown) => void },
): Known {
  function keepFor<T>(age: number, look: () => Promise<T>): () => Promise<T | undefined> {
    let kept: Promise<T | undefined> | undefined;
    let since = -Infinity;
    return () => {
      if (kept && now() - since < age) return kept;
      since = now();
      kept = look().catch((error: unknown) => {
        since = now() - age + AGAIN;
        failed(error);
        return undefined;
      });
      return kept;
    };
  }
  return { images: keepFor(LISTED, () => backurne.list()), usage: keepFor(WEIGHED, () => backurne.stats()) };
}
