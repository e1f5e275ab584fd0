import { formatKey, type Disk, type LiveCluster, type ProfileSettings } from "@backurne/model";
import type { ChainFacts, PlanInput } from "./facts.ts";
import { mergeProfiles } from "./profiles-answer.ts";
import { selectDisk } from "./select.ts";
import type { State } from "./state.ts";

export interface Choice {
  readonly state: State;
  readonly profiles: readonly ProfileSettings[];
  readonly warnings: readonly string[];
  readonly fsfreeze: boolean;
}

/** What applies to a disk: the rules of its cluster, then what the profiles API says, then what a pool just taken over waits for. */
export function chooseProfiles(
  disk: Disk,
  cluster: LiveCluster,
  { input, chain }: { readonly input: PlanInput; readonly chain: ChainFacts | undefined },
): Choice {
  const { selected, profiles, because, named, ...rest } = selectDisk(cluster, disk);
  const fsfreeze = rest.fsfreeze ?? !input.policy.cautious;
  const skipped = (state: "excluded" | "switched off", why: string): Choice => ({
    state: { state, because: why },
    profiles,
    warnings: [],
    fsfreeze,
  });
  if (!selected) return skipped("excluded", because);
  if (input.policy.cautious && !named && !chain && isNewKind(disk)) {
    return skipped("excluded", "the old tool never backed up such disks: name it under include or rules");
  }
  const answer = input.answers?.get(formatKey(disk.key));
  if (!answer) return { state: { state: "present", because }, profiles, warnings: [], fsfreeze };
  const merged = mergeProfiles(cluster.profiles, profiles, { answer, mayLower: input.policy.mayLower === true });
  if (merged.switchedOff) return skipped("switched off", "by policies of its own");
  const told = answer.profiles === undefined ? because : `${because} + policies of its own`;
  return { state: { state: "present", because: told }, profiles: merged.profiles, warnings: merged.warnings, fsfreeze };
}

function isNewKind({ vm, disk }: Disk): boolean {
  return vm?.kind === "lxc" || /^(efidisk|tpmstate)/.test(disk);
}
