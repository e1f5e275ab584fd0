import { makeFaults, type Faults } from "@backurne/faults";
import { onTestFinished } from "vitest";

export type { Fault, Faults } from "@backurne/faults";

/** Gone when the test ends. */
export async function openFaults(): Promise<Faults> {
  const faults = await makeFaults();
  onTestFinished(() => faults[Symbol.asyncDispose]());
  return faults;
}
