import type { CheckProblem } from "@backurne/model";
import type { House } from "../house.ts";
import type { Intents } from "../intents.ts";
import { leaseObject, liveLocker, LOCK } from "../lease.ts";

/** Guests that a run froze and never said that it thawed, which nobody is at any more. Few, if any. */
export async function findFrozen(
  { frozen }: Pick<Intents, "frozen">,
  { objects, now }: Pick<House, "objects" | "now">,
): Promise<readonly CheckProblem[]> {
  const problems = await Promise.all(
    frozen.map(async ({ cluster, vmid, resource }): Promise<readonly CheckProblem[]> => {
      const state = await objects.lockState(leaseObject(resource), LOCK);
      if (liveLocker(state, now())) return [];
      const message = "a run that is gone may have left it frozen: the next backup thaws it";
      return [{ kind: "frozen", severity: "critical", about: `${cluster}/${vmid}`, message }];
    }),
  );
  return problems.flat();
}
