import { formatSnapshotName, type DueName, type ProfileSettings } from "@backurne/model";
import { dueProfile, type Due, type Point } from "@backurne/retention";
import type { PlanFilter } from "./facts.ts";

export interface DueProfiles {
  /** Longest retention first: it names the live snapshot. */
  readonly names: readonly DueName[];
  readonly because: string;
  readonly high: boolean;
  readonly next: readonly { readonly profile: string; readonly due: Due }[];
}

export interface DueQuestion {
  readonly profiles: readonly ProfileSettings[];
  readonly points: readonly Point[];
  readonly now: number;
  readonly timezone: string;
  readonly filter: PlanFilter;
}

export function dueProfiles({ profiles, points, now, timezone, filter }: DueQuestion): DueProfiles {
  const asked = profiles.filter((profile) => filter.profile === undefined || filter.profile === profile.name);
  const answers = asked.map((profile) => ({ profile, due: dueProfile(profile, points, { now, timezone }) }));
  const due = answers
    .filter((answer) => filter.force || answer.due.due)
    .sort((a, b) => retained(b.profile) - retained(a.profile) || (a.profile.name < b.profile.name ? -1 : 1));
  return {
    names: due.map(({ profile }) => ({ profile: profile.name, count: profile.count })),
    because: due.map((answer) => (answer.due.due ? answer.due.because : `${answer.profile.name} forced`)).join(", "),
    high: due.some(({ profile }) => profile.priority === "high"),
    next: answers.map((answer) => ({ profile: answer.profile.name, due: answer.due })),
  };
}

function retained(profile: ProfileSettings): number {
  return profile.count * profile.interval;
}

/** The names of one moment: the first for both sides, the others for the backup side. */
export function snapshotNames(names: readonly DueName[], prefix: string, time: number): readonly string[] {
  return names.map(({ profile, count }) => formatSnapshotName({ prefix, profile, count, time }));
}
