import { formatKey, type CheckProblem } from "@backurne/model";
import { judgeDisk, sharedSnapshots, type Candidate } from "@backurne/planner";
import { problemOf, type Looked } from "./looked.ts";

/** Live snapshots that may go, and that no run has removed for longer than runs may be apart. */
export function findLeftovers(looked: Looked): readonly CheckProblem[] {
  const refused = new Set(looked.plan.refused.flatMap(({ subject }) => (subject ? [formatKey(subject.key)] : [])));
  return looked.candidates
    .filter(({ input: { subject } }) => !refused.has(formatKey(subject.key)))
    .flatMap((candidate) => judgeLiveSide(candidate, looked));
}

function judgeLiveSide(candidate: Candidate, { memory, now, maxAge }: Looked): readonly CheckProblem[] {
  const { input } = candidate;
  const { disk, chain, state, subject } = input;
  if (!disk || !chain || state !== "present") return [];
  // What is newer than everything shared may be on its way just now.
  const newest = sharedSnapshots(disk, chain).at(-1)?.live.id ?? 0;
  const overdue = judgeDisk(input)
    .live.filter(({ keep, snapshot }) => !keep && snapshot.id <= newest)
    .map(({ snapshot }) => snapshot.name)
    .filter((name) => now - memory.since(subject.cluster, `leftover ${formatKey(subject.key)} ${name}`) > maxAge);
  if (overdue.length === 0) return [];
  const others = overdue.length > 1 ? ` and ${overdue.length - 1} more` : "";
  const message = `${overdue[0]}${others} should be gone from the live side`;
  return [problemOf(candidate, { kind: "leftover", severity: "warning", message })];
}
