import { describeError, markKey, type Marks, type Moved } from "@backurne/model";
import { unmeasuredOf, untoldOf, usualVolume, volumeOf, type ChainFacts, type Untold } from "@backurne/planner";
import { entryOf } from "./catalog.ts";
import type { JobContext } from "./context.ts";
import { askAlarm, raise } from "./volume.ts";

/**
 * Judges an incremental whose run died before it could, could not write the alarm down, or could not ask: by what differs
 * between the two points, and before anything is received or expires.
 * @throws where what follows from it cannot be written now, either.
 */
export async function judgeUntold(found: ChainFacts, context: JobContext): Promise<ChainFacts> {
  if (!context.house.settings.changeAlarm || found.marks.alarm) return found;
  const chain = await lookAgain(found, context);
  const untold = untoldOf(chain);
  if (!untold || chain.marks.alarm || usualVolume(volumeOf(chain), timeOf(untold, context)) === undefined) return chain;
  const judged = await judgeStep(chain, untold, context);
  return remember(judged ? { ...chain, ...judged } : await markUnmeasured(chain, untold, context), context);
}

/** What an earlier run could not measure; where its points have gone, nobody ever will. */
async function lookAgain(chain: ChainFacts, context: JobContext): Promise<ChainFacts> {
  const { unmeasured } = chain.marks;
  if (unmeasured?.base === undefined) return chain;
  const missed = unmeasuredOf(chain);
  if (!missed) return remember({ ...chain, marks: await forgetStep(chain, context) }, context);
  if (missed.point.name === untoldOf(chain)?.point.name) return chain; // it is still its turn
  const judged = await judgeStep(chain, missed, context);
  return judged ? remember({ ...chain, marks: judged.marks }, context) : chain;
}

/** undefined: it cannot be measured now, either. */
async function judgeStep(
  chain: ChainFacts,
  step: Untold,
  context: JobContext,
): Promise<{ readonly marks: Marks; readonly moved: Moved } | undefined> {
  const bytes = await measure(chain, step, context);
  if (bytes === undefined) return undefined;
  const snapshot = step.point.name;
  const moved = { at: new Date(timeOf(step, context)).toISOString(), bytes, snapshot };
  const arrived = { target: chain.image, volume: volumeOf(chain), moved };
  const alarm = await askAlarm(arrived, context);
  if (alarm) await raise(alarm, arrived, context);
  const marks = chain.marks.unmeasured?.snapshot === snapshot ? await forgetStep(chain, context) : chain.marks;
  return { moved, marks: alarm ? { ...marks, alarm } : marks };
}

function timeOf({ point }: Untold, { house }: JobContext): number {
  return point.ours?.time ?? house.now();
}

function remember(chain: ChainFacts, { facts }: JobContext): ChainFacts {
  facts.catalog.put(entryOf(chain, chain.marks));
  return chain;
}

async function forgetStep({ image, marks }: ChainFacts, { house, lease }: JobContext): Promise<Marks> {
  await lease.confirm();
  await house.backup.removeMetadata(image, markKey("unmeasured"));
  return { ...marks, unmeasured: undefined };
}

/** For `check`, and for the next run. Where an earlier step was not measured yet, both are asked for at once. */
async function markUnmeasured(
  chain: ChainFacts,
  { base, point }: Untold,
  { house, lease }: JobContext,
): Promise<ChainFacts> {
  const known = chain.marks.unmeasured;
  if (known?.snapshot === point.name) return chain;
  const unmeasured = { at: new Date(house.now()).toISOString(), snapshot: point.name, base: known?.base ?? base };
  await lease.confirm();
  await house.backup.setMetadata(chain.image, markKey("unmeasured"), JSON.stringify(unmeasured));
  return { ...chain, marks: { ...chain.marks, unmeasured } };
}

async function measure(
  { image }: ChainFacts,
  { base, point }: Untold,
  { house, emit }: JobContext,
): Promise<number | undefined> {
  try {
    return await house.backup.snapshotBytes(image, point.name, base);
  } catch (error) {
    const message = `nobody can say how much came with ${point.name}, whose run did not end well, so no change alarm is raised by it before the next run asks again: ${describeError(error)}`;
    emit({ kind: "warning", about: image, message });
    return undefined;
  }
}
