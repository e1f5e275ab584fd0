import { holdingWith, type Faults, type Holding } from "@backurne/faults";
import { openFaults } from "./faults.ts";

export { waitUntil } from "@backurne/faults";

/** Programs that note that they were called, and stand still where a test wants it. */
export interface Shim extends Holding {
  readonly env: Faults["env"];
  /** Command lines of this side so far, in order. */
  calls(): Promise<readonly string[]>;
}

/** Gone when the test ends, and so is whatever still stands there. */
export async function openShim(): Promise<Shim> {
  const faults = await openFaults();
  const here = async () => (await faults.calls()).filter((call) => call.where === "backup");
  return {
    ...holdingWith(faults),
    env: faults.env,
    calls: async () => (await here()).map(({ program, args }) => `${program} ${args}`),
  };
}
