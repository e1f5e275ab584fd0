import { formatKey, type CheckProblem } from "@backurne/model";
import type { Candidate } from "@backurne/planner";
import pLimit from "p-limit";
import { leaseObject, liveLocker, LOCK } from "../lease.ts";
import { problemOf, type Looked } from "./looked.ts";

/** Leases are looked at one by one, so only where something is wrong, and no more of them than this. */
const MOST = 20;

/** Chains that are late because somebody holds them, and writers that outlived their lease. */
export async function findLeases(
  { candidates, house }: Looked,
  late: readonly CheckProblem[],
): Promise<readonly CheckProblem[]> {
  const behind = new Set(late.map(({ about, image }) => image ?? about));
  const asked = candidates.filter((one) => isBehind(one, behind) || isUnfinished(one)).slice(0, MOST);
  const ask = pLimit(8);
  const found = await Promise.all(
    asked.map((candidate) => ask(() => judgeLease(candidate, isBehind(candidate, behind), house))),
  );
  return found.flat();
}

function isBehind({ input: { chain } }: Candidate, late: ReadonlySet<string>): boolean {
  return chain !== undefined && late.has(chain.image);
}

/** Announced, and never committed. */
function isUnfinished({ input: { chain } }: Candidate): boolean {
  const base = chain?.kind === "current" ? chain.marks.base : undefined;
  return base !== undefined && !chain?.snapshots.some(({ name }) => name === base.name);
}

async function judgeLease(
  candidate: Candidate,
  late: boolean,
  { objects, backup, now }: Looked["house"],
): Promise<readonly CheckProblem[]> {
  const { subject } = candidate.input;
  const state = await objects.lockState(leaseObject(formatKey(subject.key)), LOCK);
  const holder = liveLocker(state, now());
  if (holder) {
    const message = `it is late, and ${holder.description} holds it`;
    return late ? [problemOf(candidate, { kind: "lease", severity: "warning", message })] : [];
  }
  if (!isUnfinished(candidate) || !(await backup.watched(subject.image))) return [];
  const message = "nobody holds its lease, and something still has it open: a writer of a run that died";
  return [problemOf(candidate, { kind: "lease", severity: "warning", message })];
}
