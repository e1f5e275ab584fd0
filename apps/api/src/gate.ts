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

/** So many at once, and nobody waits for one of them to go. */
export interface Ceiling {
  readonly inside: number;
  /** @returns to be called by whoever goes. @throws RequestRefused `busy` */
  enter(): () => void;
}

export function openCeiling(most: number, hint: string): Ceiling {
  let inside = 0;
  return {
    get inside() {
      return inside;
    },
    enter() {
      if (inside >= most) throw new RequestRefused("busy", `${most} of these go on here already`, hint);
      inside += 1;
      let gone = false;
      return () => {
        if (!gone) inside -= 1;
        gone = true;
      };
    },
  };
}

/** What goes on for as long as somebody listens. */
export interface Ceilings {
  /** Of runs and verifications: each looks for news every half a second. */
  readonly followers: Ceiling;
  /** Of files and archives: each may hold programs and a guest's file system. */
  readonly takers: Ceiling;
}

export function openCeilings(): Ceilings {
  return {
    followers: openCeiling(100, "ask now and then how far it is"),
    takers: openCeiling(16, "take one after the other"),
  };
}
