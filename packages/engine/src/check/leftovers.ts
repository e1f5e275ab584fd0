import { formatKey, type CheckProblem } from "@backurne/model";
import {
  judgeDisk,
  planRemovals,
  sharedSnapshots,
  unownedImageOf,
  type Candidate,
  type Removal,
} from "@backurne/planner";
import { isOld, problemOf, type Looked } from "./looked.ts";

/** Snapshots that may go, and that no run has removed for longer than runs may be apart; those that no run ever will. */
export function findLeftovers(looked: Looked): readonly CheckProblem[] {
  const refused = new Set(looked.plan.refused.flatMap(({ subject }) => (subject ? [formatKey(subject.key)] : [])));
  const isRefused = ({ input: { subject, chain } }: Candidate): boolean => {
    const key = formatKey(subject.key);
    return refused.has(key) || looked.collisions.keys.has(key) || chain?.marks.unreadable !== undefined;
  };
  return looked.candidates
    .filter((candidate) => !isRefused(candidate))
    .flatMap((candidate) => [...overdue(candidate, looked), ...abandoned(candidate, looked)]);
}

function overdue(candidate: Candidate, looked: Looked): readonly CheckProblem[] {
  const { subject, chain } = candidate.input;
  if (!chain || mayWait(candidate, looked)) return [];
  const { removals, trash } = removalsOf(candidate, looked);
  const late = removals.filter((removal) => isOld(nameOf(removal, candidate), candidate, looked));
  const sides = (["live", "backup"] as const).flatMap((side): readonly string[] => {
    const [first, ...others] = late.filter((removal) => removal.side === side);
    if (!first) return [];
    const more = others.length > 0 ? ` and ${others.length} more` : "";
    return [`${first.verdict.snapshot.name}${more} should be gone from the ${side} side`];
  });
  const left = trash && isOld(`untrashed ${chain.image}`, candidate, looked);
  const messages = left ? [...sides, `the last copy of ${subject.disk} should be in the trash`] : sides;
  return messages.map((message) => problemOf(candidate, { kind: "leftover", severity: "warning", message }));
}

/** By the clock, and by the brakes: what those keep is told as refused. */
function removalsOf({ input }: Candidate, { plan }: Looked): { removals: readonly Removal[]; trash: boolean } {
  const { disk, chain } = input;
  const { removals, trash, refused } = planRemovals(input, judgeDisk(input));
  if (refused) return { removals: [], trash: false };
  const onlyOrdinary = plan.refused.some(({ scope }) => scope === "pool");
  // What is newer than everything shared may be on its way just now.
  const newest = (disk && chain && sharedSnapshots(disk, chain).at(-1)?.live.id) ?? 0;
  const goes = ({ side, verdict: { ordinary, snapshot } }: Removal): boolean => {
    if (onlyOrdinary && ordinary !== true) return false;
    // Protected: somebody has it mapped.
    return side === "live" ? snapshot.id <= newest : snapshot.protected !== true;
  };
  const open = chain?.snapshots.some((snapshot) => snapshot.protected) === true;
  return { removals: removals.filter(goes), trash: trash !== undefined && !open };
}

/** A full that waits for its turn lets expiry wait, too. */
function mayWait({ input: { disk, chain, state } }: Candidate, { house }: Looked): boolean {
  if (house.settings.maxNewFullsPerRun === undefined || state !== "present" || !disk || !chain) return false;
  return sharedSnapshots(disk, chain).length === 0;
}

function nameOf({ side, verdict }: Removal, { input: { subject, chain } }: Candidate): string {
  const { name } = verdict.snapshot;
  return side === "live" ? `leftover ${formatKey(subject.key)} ${name}` : `expired ${chain?.image} ${name}`;
}

/** On disks that are there and backed up no more: rbd removes no image that has snapshots, and they keep what was overwritten. */
function abandoned(candidate: Candidate, looked: Looked): readonly CheckProblem[] {
  const { input, state, omitted } = candidate;
  if (input.state !== "excluded" && input.state !== "switched off") return [];
  const recorded = new Set(input.chain?.marks.base?.shared.map(({ name }) => name));
  const unowned = () => input.chain && unownedImageOf(input.chain, candidate.cluster);
  const snapshots = input.disk?.snapshots ?? omitted?.snapshots ?? unowned()?.snapshots ?? [];
  const known = snapshots.filter(({ name, ours }) => ours && (recorded.has(name) || input.intended(name)));
  const last = known.at(-1);
  if (!last || !isOld(`abandoned ${formatKey(input.subject.key)}`, candidate, looked)) return [];
  const count = known.length === 1 ? "a snapshot of ours stands" : `${known.length} snapshots of ours stand`;
  const message = `${count} on its live image (${last.name}), which no run removes: ${state.because}`;
  return [problemOf(candidate, { kind: "leftover", severity: "info", message })];
}
