import { formatKey, type CheckProblem, type ProfileSettings } from "@backurne/model";
import type { Candidate } from "@backurne/planner";
import { graceOf, lateFrom, type Point } from "@backurne/retention";
import { isHidden, problemOf, type Looked } from "./looked.ts";

/**
 * Backups older than their profile allows, and those that never were. A new disk, or a new profile, has its interval
 * and the grace from when it was first seen.
 */
export function findLate(looked: Looked): readonly CheckProblem[] {
  return looked.candidates.flatMap((candidate) => judgeTimes(candidate, looked));
}

function judgeTimes(candidate: Candidate, looked: Looked): readonly CheckProblem[] {
  const { chain, profiles, state } = candidate.input;
  // A suspect chain has a line of its own, and no good point.
  if (chain?.kind === "closed" || chain?.marks.suspect !== undefined) return [];
  if (state !== "present" && !isHidden(candidate)) return [];
  const points = (chain?.snapshots ?? []).flatMap(({ ours }) => ours ?? []);
  const expected = state === "present" ? profiles : profiles.filter(({ name }) => has(points, name));
  const late = expected.filter((profile) => has(points, profile.name) && isLate(profile, points, looked));
  const missing = expected.filter((profile) => !has(points, profile.name) && isOverdue(profile, candidate, looked));
  return [...describeLate(candidate, late, points), ...describeMissing(candidate, missing, points)];
}

function has(points: readonly Point[], name: string): boolean {
  return points.some((point) => point.profile === name);
}

function isLate(profile: ProfileSettings, points: readonly Point[], { house, now }: Looked): boolean {
  const { timezone, check } = house.settings;
  const from = lateFrom(profile, points, { now, timezone, grace: check?.grace });
  return from === undefined || from < now; // no good one: all of them lie in the future
}

function isOverdue(profile: ProfileSettings, { input }: Candidate, { house, memory, now }: Looked): boolean {
  const { cluster, key } = input.subject;
  const since = memory.since(cluster, `no ${profile.name} of ${formatKey(key)}`);
  return now > since + profile.interval + (house.settings.check?.grace ?? graceOf(profile));
}

function describeLate(
  candidate: Candidate,
  late: readonly ProfileSettings[],
  points: readonly Point[],
): readonly CheckProblem[] {
  if (late.length === 0) return [];
  const times = points.filter(({ profile }) => late.some(({ name }) => name === profile)).map(({ time }) => time);
  const last = new Date(Math.max(...times)).toISOString();
  return [problemOf(candidate, { kind: "late", severity: "critical", message: namesOf(late), last })];
}

function describeMissing(
  candidate: Candidate,
  missing: readonly ProfileSettings[],
  points: readonly Point[],
): readonly CheckProblem[] {
  if (missing.length === 0) return [];
  const message = points.length === 0 ? "no backup yet" : `no ${namesOf(missing)} yet`;
  return [problemOf(candidate, { kind: "missing", severity: "critical", message })];
}

function namesOf(profiles: readonly ProfileSettings[]): string {
  return profiles.map(({ name }) => name).join(", ");
}
