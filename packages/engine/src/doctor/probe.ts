import type { Finding } from "@backurne/model";
import type { Facts } from "../gather.ts";
import type { House } from "../house.ts";
import type { Site } from "./site.ts";

export type Found = Omit<Finding, "probe">;

export interface Scene {
  readonly house: House;
  readonly sites: readonly Site[];
  /** undefined: nothing could be gathered. */
  readonly facts: Facts | undefined;
  /** Epoch ms. */
  readonly now: number;
}

/** Looks at one thing and changes nothing. What it throws becomes a finding. */
export interface Probe {
  readonly name: string;
  look(scene: Scene): Promise<readonly Found[]>;
}

/** The same for each of several; one that fails is a finding and hides no other. */
export async function forEachOf<T>(
  all: readonly T[],
  about: (one: T) => string,
  look: (one: T) => Promise<readonly Found[]>,
): Promise<readonly Found[]> {
  const found = await Promise.all(all.map((one) => look(one).catch((error: unknown) => [unseen(about(one), error)])));
  return found.flat();
}

export function unseen(about: string, error: unknown): Found {
  const said = error instanceof Error ? error.message : String(error);
  return {
    severity: "warning",
    about,
    what: `could not be looked at: ${said.replaceAll(/\s+/g, " ").slice(0, 300)}`,
    why: "what is wrong there stays unknown",
    how: "mend what it says, and run doctor again",
  };
}
