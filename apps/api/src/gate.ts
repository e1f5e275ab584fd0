import pLimit from "p-limit";
import { RequestRefused } from "./problem.ts";

/** Lets so many through at once; the others wait in line, and where that is too long nobody is let in any more. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

/** The gate throws RequestRefused `busy` while `waiting` wait. */
export function openGate({ atOnce, waiting }: { readonly atOnce: number; readonly waiting: number }): Gate {
  const turns = pLimit(atOnce);
  return async (work) => {
    if (turns.activeCount + turns.pendingCount >= atOnce + waiting) {
      throw new RequestRefused("busy", "too much is asked at once", "ask again in a few seconds");
    }
    return turns(work);
  };
}
