import { linksOf } from "./chain.ts";
import type { Link } from "./chain.ts";
import { forecastPresent } from "./forecast-present.ts";
import { forecastVanished } from "./forecast-vanished.ts";
import type { BackupPolicy } from "./policy.ts";
import { rhythmOf } from "./rhythm.ts";
import { frozenBecause } from "./verdict.ts";

/** When a snapshot will go if everything goes on as it does. */
export interface Forecast<S> {
  readonly snapshot: S;
  /** Epoch ms of the run that removes it; undefined: no run does, as things are, or nobody can say. */
  readonly expires: number | undefined;
  /** What keeps it until then, or for ever. */
  readonly because: string;
}

/** Of one point. */
export type Fate = Omit<Forecast<unknown>, "snapshot">;

/**
 * Plays the policy on into the future, for each snapshot of a backup image, in the order of the input. It is taken for
 * granted that the source stays as it is, that the profiles do, and that runs go on: one a day, or as many as the
 * shortest profile asks for, at the clock time of the newest point, and each of them well.
 */
export function forecastBackup<S>(snapshots: readonly S[], policy: BackupPolicy<S>): readonly Forecast<S>[] {
  const links = linksOf(snapshots, policy);
  const fates = forecast(links, snapshots.length - links.length, policy);
  const byIndex = new Map([...fates].map(([{ index }, fate]) => [index, fate]));
  return snapshots.map((snapshot, index) => {
    const fate = byIndex.get(index) ?? { expires: undefined, because: "not ours" };
    return { snapshot, ...fate };
  });
}

function forecast<S>(links: readonly Link[], strangers: number, policy: BackupPolicy<S>): ReadonlyMap<Link, Fate> {
  const because = frozenBecause(policy.state);
  if (because !== undefined) return new Map(links.map((link) => [link, { expires: undefined, because }]));
  const rhythm = rhythmOf(links, policy.configured.values(), policy.now);
  if (policy.state === "vanished") return forecastVanished(links, strangers, { ...policy, rhythm });
  return forecastPresent(links, { ...policy, rhythm });
}
