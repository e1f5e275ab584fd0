import { formatKey, type ProfilesAnswer, type Warning } from "@backurne/model";
import { selectDisk } from "@backurne/planner";
import type { Facts } from "./gather.ts";
import type { House } from "./house.ts";

/** What the profiles API said, by the key of the disk. */
export interface Asked {
  readonly answers: ReadonlyMap<string, ProfilesAnswer>;
  readonly warnings: readonly Warning[];
}

/** Asked before anything is decided, for every disk that no rule excludes. Its own client bounds how many at once. */
export async function askProfiles(facts: Facts, { askProfiles: ask }: House): Promise<Asked> {
  const answers = new Map<string, ProfilesAnswer>();
  const warnings = new Map<string, Warning>();
  if (!ask) return { answers, warnings: [] };
  await Promise.all(
    facts.clusters.flatMap(({ cluster, disks = [] }) =>
      disks.map(async ({ disk }) => {
        // A plain cluster knows no guests that could have policies of their own.
        if (!disk.vm || !selectDisk(cluster, disk).selected) return;
        const { answer, warning } = await ask(disk, cluster);
        if (answer) answers.set(formatKey(disk.key), answer);
        if (warning !== undefined) warnings.set(warning, { about: "profiles_api", message: warning });
      }),
    ),
  );
  return { answers, warnings: [...warnings.values()] };
}
