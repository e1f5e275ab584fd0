import type { Settings } from "@backurne/model";
import { graceOf } from "@backurne/retention";

const WITHOUT_PROFILES = 26 * 3_600_000;

/** ms after which nobody may rely on a precheck: by then the shortest profile may be late and nobody would know. */
export function maxAgeOf({ check, liveClusters }: Settings): number {
  if (check?.maxAge !== undefined) return check.maxAge;
  const profiles = liveClusters.flatMap((cluster) => cluster.profiles);
  if (profiles.length === 0) return WITHOUT_PROFILES;
  return Math.min(...profiles.map((profile) => profile.interval + (check?.grace ?? graceOf(profile))));
}
