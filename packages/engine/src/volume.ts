import { describeError, markKey, type Alarm, type Moved, type Unmeasured } from "@backurne/model";
import {
  describeAlarm,
  differs,
  judgeVolume,
  usualVolume,
  volumeOf,
  type ChainFacts,
  type DiskFacts,
} from "@backurne/planner";
import type { JobContext } from "./context.ts";

interface Arrived {
  readonly target: string;
  readonly alarm?: Alarm | undefined;
  readonly unmeasured?: Unmeasured | undefined;
  /** What moved before, oldest first. */
  readonly volume: readonly Moved[];
  readonly moved: Moved;
}

interface Judged {
  readonly alarm: Alarm | undefined;
  readonly unmeasured?: Unmeasured | undefined;
  /** Not to be remembered as what the last incremental moved: its alarm could not be written, so the next run judges it again. */
  readonly untold?: true;
}

/**
 * Looks at what an incremental moved. A jump far outside of the image's own history raises an alarm: from then on nothing
 * of the image expires until somebody has looked. The point itself is as good as any: no failure in here takes it back,
 * and none makes the alarm less than it is.
 */
export async function judgeMoved(arrived: Arrived, context: JobContext): Promise<Judged> {
  const unmeasured = await forgetFull(arrived, context);
  if (arrived.alarm) return { alarm: arrived.alarm, unmeasured };
  const alarm = await askAlarm(arrived, context);
  try {
    if (alarm) await raise(alarm, arrived, context);
    return { alarm, unmeasured };
  } catch (error) {
    const message = `the change alarm could not be written down, which the next run does before anything expires: ${describeError(error)}`;
    context.emit({ kind: "warning", about: arrived.target, message });
    return { alarm, unmeasured, untold: true };
  }
}

/** A full that nobody could measure has been followed by a step that was. */
async function forgetFull(
  { target, unmeasured }: Arrived,
  { house, lease }: JobContext,
): Promise<Unmeasured | undefined> {
  if (!unmeasured || unmeasured.base !== undefined) return unmeasured;
  try {
    await lease.confirm();
    await house.backup.removeMetadata(target, markKey("unmeasured"));
    return undefined;
  } catch {
    return unmeasured; // the next step does it
  }
}

/** What is usual of a disk stays so when a new generation of its backups begins; of another image nobody knows. */
export function volumeOfDisk(chain: ChainFacts | undefined, { source }: Pick<DiskFacts, "source">): readonly Moved[] {
  return chain?.marks.source && !differs(chain.marks.source, source) ? volumeOf(chain) : [];
}

/** A full sends what is used, and nothing in it tells what has changed. undefined: nobody would have judged it. */
export function unmeasuredFull(
  volume: readonly Moved[],
  snapshot: string,
  { house }: Pick<JobContext, "house">,
): Unmeasured | undefined {
  const now = house.now();
  if (!house.settings.changeAlarm || usualVolume(volume, now) === undefined) return undefined;
  return { at: new Date(now).toISOString(), snapshot };
}

export function sayUnmeasured(target: string, { emit }: Pick<JobContext, "emit">): void {
  const message =
    "all of it was sent, so nobody can say how much has changed since the last backup: no change alarm is raised, and the old generation fades as one whose source is gone";
  emit({ kind: "warning", about: target, message });
}

/** How much of the disk that is costs a look at all of it, so only where everything else speaks for an alarm. */
export async function askAlarm(
  { target, volume, moved }: Arrived,
  { house, emit }: JobContext,
): Promise<Alarm | undefined> {
  const { changeAlarm } = house.settings;
  const alarm = changeAlarm && judgeVolume(volume, moved, changeAlarm);
  if (!alarm) return undefined;
  try {
    const used = await house.backup.changedBytes(target);
    return moved.bytes > changeAlarm.share * used ? alarm : undefined;
  } catch (error) {
    const message = `how much of it is used is not known, so what was sent alone speaks for the alarm: ${describeError(error)}`;
    emit({ kind: "warning", about: target, message });
    return alarm;
  }
}

export async function raise(
  alarm: Alarm,
  { target }: Pick<Arrived, "target">,
  { house, lease, emit }: JobContext,
): Promise<void> {
  emit({ kind: "warning", about: target, message: `change alarm: ${describeAlarm(alarm)}` });
  await lease.confirm();
  await house.backup.setMetadata(target, markKey("alarm"), JSON.stringify(alarm));
}
