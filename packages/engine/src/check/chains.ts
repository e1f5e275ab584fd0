import { describeSuspect, formatKey, type CheckProblem, type Marks } from "@backurne/model";
import {
  comparedSince,
  describeAlarm,
  isVerified,
  judgeDisk,
  sharedSnapshots,
  unownedImageOf,
  type Candidate,
} from "@backurne/planner";
import { isOld, problemOf, type Looked } from "./looked.ts";

/** ms; a source that is gone is worth a line only when little time is left. */
const SOON = 7 * 86_400_000;

/** What the chains themselves say. */
export function findInChains(looked: Looked): readonly CheckProblem[] {
  const verified = new Set(
    looked.candidates.filter(({ input: { chain } }) => chain?.kind === "current" && isVerified(chain.marks)).map(keyOf),
  );
  return looked.candidates.flatMap((candidate) => [
    ...unreadable(candidate),
    ...suspect(candidate, verified),
    ...alarmed(candidate),
    ...unmeasured(candidate, looked),
    ...unverified(candidate, looked),
    ...unshared(candidate),
    ...unowned(candidate, looked),
    ...ending(candidate, looked),
  ]);
}

function keyOf({ input }: Candidate): string {
  return formatKey(input.subject.key);
}

function unreadable(candidate: Candidate): readonly CheckProblem[] {
  const mark = candidate.input.chain?.marks.unreadable;
  if (mark === undefined) return [];
  const message = `the mark ${mark}: nothing of this image is touched until it is mended`;
  return [problemOf(candidate, { kind: "unreadable", severity: "critical", message })];
}

/** A closed generation that failed is told of until its successor has been verified. */
function suspect(candidate: Candidate, verified: ReadonlySet<string>): readonly CheckProblem[] {
  const { chain } = candidate.input;
  const mark = chain?.marks.suspect;
  if (!chain || mark === undefined) return [];
  if (chain.kind === "current") {
    const message = `${describeSuspect(mark)}; the next run begins a new generation`;
    return [problemOf(candidate, { kind: "suspect", severity: "critical", message })];
  }
  if (verified.has(keyOf(candidate))) return [];
  const message = `a verification of this old generation failed, and the new one is not verified yet`;
  return [problemOf(candidate, { kind: "suspect", severity: "warning", message })];
}

/** Old generations too: nothing of them expires before somebody has looked. */
function alarmed(candidate: Candidate): readonly CheckProblem[] {
  const alarm = candidate.input.chain?.marks.alarm;
  if (!alarm) return [];
  return [problemOf(candidate, { kind: "alarm", severity: "warning", message: describeAlarm(alarm) })];
}

/** Who relies on change alarms is told that one step got by without. */
function unmeasured(candidate: Candidate, { house }: Looked): readonly CheckProblem[] {
  const { chain, state } = candidate.input;
  const mark = chain?.marks.unmeasured;
  // Of what is not backed up any more no run asks again.
  if (!house.settings.changeAlarm || chain?.kind !== "current" || state !== "present" || !mark) return [];
  const message =
    mark.base === undefined
      ? `all of it was sent anew on ${dayOf(Date.parse(mark.at))}: nobody can say how much has changed, and no change alarm was raised`
      : `nobody could say how much came with ${mark.snapshot}, and no change alarm was raised; the next run asks again`;
  return [problemOf(candidate, { kind: "unmeasured", severity: "warning", message })];
}

function unverified(candidate: Candidate, { house, now }: Looked): readonly CheckProblem[] {
  const within = house.settings.check?.verifiedWithin;
  const { chain, state } = candidate.input;
  if (within === undefined || !chain || chain.kind === "closed" || state !== "present") return [];
  const first = chain.snapshots.find(({ ours }) => ours)?.ours?.time;
  const { at, message } = verifiedAt(chain.marks);
  if (first === undefined || now - (at ?? first) <= within) return [];
  return [problemOf(candidate, { kind: "unverified", severity: "warning", message })];
}

/**
 * Who compares all of a chain, at once or by shares, relies on that: it alone finds what has rotted, and each night's transfer
 * would hide that it ended. Elsewhere any comparison counts, of however little.
 */
function verifiedAt(marks: Marks): { readonly at: number | undefined; readonly message: string } {
  const { verified } = marks;
  const since = comparedSince(marks);
  if (since !== undefined) {
    const message =
      verified?.whole === undefined
        ? `not all of it was compared since the first share on ${dayOf(since)}`
        : `the oldest of it was last compared about ${dayOf(since)}`;
    return { at: since, message };
  }
  const at = Date.parse(verified?.last.at ?? "");
  return Number.isNaN(at)
    ? { at: undefined, message: "never verified" }
    : { at, message: `last verified ${dayOf(at)}` };
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function unshared(candidate: Candidate): readonly CheckProblem[] {
  const { chain, disk, state } = candidate.input;
  if (!chain || !disk || state !== "present" || chain.marks.suspect !== undefined) return [];
  if (!chain.snapshots.some(({ ours }) => ours) || sharedSnapshots(disk, chain).length > 0) return [];
  const message = "no snapshot stands on both sides: the next transfer is a full one";
  return [problemOf(candidate, { kind: "unshared", severity: "warning", message })];
}

/** A detached disk is one that its guest remembers. All others may be those of a guest that nobody lets us see. */
function unowned(candidate: Candidate, looked: Looked): readonly CheckProblem[] {
  const { input, state, cluster } = candidate;
  if (input.state !== "switched off" || !input.chain || input.disk || candidate.omitted) return [];
  if (unownedImageOf(input.chain, cluster)?.detached !== undefined) return [];
  if (!isOld(`unowned ${formatKey(input.subject.key)}`, candidate, looked)) return [];
  const message = `${state.because}: it is not backed up; the user of the API may not see its guest, or it is left over`;
  return [problemOf(candidate, { kind: "unowned", severity: "warning", message })];
}

function ending(candidate: Candidate, { now }: Looked): readonly CheckProblem[] {
  const { input, state } = candidate;
  if (input.state !== "vanished" || input.chain?.kind !== "current") return [];
  const { lastCopyEnds } = judgeDisk(input);
  if (lastCopyEnds === undefined || lastCopyEnds - now > SOON) return [];
  const message = `${state.because}; its last copy goes ${dayOf(lastCopyEnds)}`;
  return [problemOf(candidate, { kind: "ending", severity: "info", message })];
}
