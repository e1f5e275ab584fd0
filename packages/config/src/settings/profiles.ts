import type { ProfileSettings } from "@backurne/model";
import { parseDuration, standardIntervals } from "@backurne/retention";
import { mergeProfiles } from "../merge.ts";
import type { ClusterConfig, Config } from "../schema/config.ts";

/** The whole set for one cluster, or for those that change nothing. */
export function resolveProfiles(
  profiles: Config["profiles"],
  overrides: ClusterConfig["profiles"] = {},
): readonly ProfileSettings[] {
  // The checks have made sure that the merged set has what a profile needs.
  const merged = mergeProfiles(profiles, overrides) as Config["profiles"];
  return Object.entries(merged).map(([name, profile]) => ({
    name,
    interval: standardIntervals[name] ?? parseDuration(profile.every ?? "") ?? Number.NaN,
    count: profile.count,
    maxOnLive: profile.max_on_live ?? 0,
    priority: profile.priority ?? "normal",
    ...(profile.at === undefined ? {} : { at: profile.at }),
    default: profile.default ?? true,
  }));
}
