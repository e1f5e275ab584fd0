import {
  describeError,
  formatKey,
  joinAnswers,
  type GuestProfiles,
  type ProfilesAnswer,
  type Warning,
} from "@backurne/model";
import { selectDisk } from "@backurne/planner";
import type { Facts } from "./gather.ts";
import { isOf, listGuestProfiles } from "./guest-profiles.ts";
import type { House } from "./house.ts";

/** What the profiles API says, and what somebody has set in the pool, by the key of the disk. */
export interface Asked {
  readonly answers: ReadonlyMap<string, ProfilesAnswer>;
  readonly warnings: readonly Warning[];
}

/**
 * Asked before anything is decided, for every disk that no rule excludes. Its own client bounds how many at once.
 * `known`: what is set in the pool, where it is being read already.
 */
export async function askProfiles(
  facts: Facts,
  house: House,
  known?: Promise<readonly GuestProfiles[]>,
): Promise<Asked> {
  const answers = new Map<string, ProfilesAnswer>();
  const warnings = new Map<string, Warning>();
  const mayLower = house.settings.profilesApi?.mayLower === true;
  // A plain cluster knows no guests that could have policies of their own.
  const guests = facts.clusters.flatMap(({ cluster, disks = [] }) =>
    disks.flatMap(({ disk }) => (disk.vm && selectDisk(cluster, disk).selected ? { cluster, disk, vm: disk.vm } : [])),
  );
  const set = guests.length > 0 ? await (known ?? readSet(house, (one) => warnings.set(one.message, one))) : [];
  await Promise.all(
    guests.map(async ({ cluster, disk, vm }) => {
      const { answer, warning } = (await house.askProfiles?.(disk, cluster)) ?? {};
      const own = set.find((one) => isOf(one, { cluster: cluster.name, vmid: vm.vmid }))?.answer;
      const joined = joinAnswers(answer, own, mayLower);
      if (joined) answers.set(formatKey(disk.key), joined);
      if (warning !== undefined) warnings.set(warning, { about: "profiles_api", message: warning });
    }),
  );
  return { answers, warnings: [...warnings.values()] };
}

/** What cannot be read keeps nobody from backing up by what is configured. */
export async function readSet(house: House, warn: (warning: Warning) => void): Promise<readonly GuestProfiles[]> {
  try {
    return await listGuestProfiles(house);
  } catch (error) {
    warn({ about: "profiles of guests", message: `${describeError(error)}; what is configured applies` });
    return [];
  }
}
