import { BackurneError } from "@backurne/model";

/** What a guest's own data can bring about in one mapping: who nests more wants to keep us busy. */
const MOST = { layers: 200, devices: 1000, minutes: 15 };

export interface Limits {
  /** Before a layer is opened, or a device is looked at. @throws BackurneError `refused` when that is one too many, or too late. */
  take(what: "layers" | "devices"): void;
}

/** `now`: ms of whatever clock. */
export function createLimits(now: () => number = () => performance.now()): Limits {
  const until = now() + MOST.minutes * 60_000;
  const taken = { layers: 0, devices: 0 };
  return {
    take(what) {
      const late = now() > until ? `${MOST.minutes} minutes` : undefined;
      const end = taken[what] < MOST[what] ? late : `${MOST[what]} ${what}`;
      if (end !== undefined)
        throw new BackurneError("refused", `left as it is: this mapping has come to ${end}, and no further`);
      taken[what] += 1;
    },
  };
}
