import { describeError, markKey, type Alarm, type Moved } from "@backurne/model";
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
  readonly alarm: Alarm | undefined;
  /** What moved before, oldest first. */
  readonly volume: readonly Moved[];
  readonly moved: Moved;
}

/**
 * Looks at what an incremental moved. A jump far outside of the image's own history raises an alarm: from then on nothing
 * of the image expires until somebody has looked. The point itself is as good as any: no failure in here takes it back,
 * and none makes the alarm less than it is.
 */
export async function judgeMoved(arrived: Arrived, context: JobContext): Promise<Alarm | undefined> {
  if (arrived.alarm) return arrived.alarm;
  const alarm = await askAlarm(arrived, context);
  if (alarm) await raise(alarm, arrived, context);
  return alarm;
}

/** What is usual of a disk stays so when a new generation of its backups begins; of another image nobody knows. */
export function volumeOfDisk(chain: ChainFacts | undefined, { source }: Pick<DiskFacts, "source">): readonly Moved[] {
  return chain?.marks.source && !differs(chain.marks.source, source) ? volumeOf(chain) : [];
}

/** A full sends what is used, and nothing in it tells what has changed. */
export function sayUnmeasured(
  { target, volume }: Pick<Arrived, "target" | "volume">,
  { house, emit }: Pick<JobContext, "house" | "emit">,
): void {
  if (!house.settings.changeAlarm || usualVolume(volume, house.now()) === undefined) return;
  const message =
    "all of it was sent, so nobody can say how much has changed since the last backup: no change alarm is raised, and the old generation fades as one whose source is gone";
  emit({ kind: "warning", about: target, message });
}

/** How much of the disk that is costs a look at all of it, so only where everything else speaks for an alarm. */
async function askAlarm({ target, volume, moved }: Arrived, { house, emit }: JobContext): Promise<Alarm | undefined> {
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

async function raise(alarm: Alarm, { target }: Arrived, { house, lease, emit }: JobContext): Promise<void> {
  emit({ kind: "warning", about: target, message: `change alarm: ${describeAlarm(alarm)}` });
  try {
    await lease.confirm();
    await house.backup.setMetadata(target, markKey("alarm"), JSON.stringify(alarm));
  } catch (error) {
    const message = `the change alarm could not be written down, so it keeps points in this run only; \`backurne hold\` keeps them: ${describeError(error)}`;
    emit({ kind: "warning", about: target, message });
  }
}
