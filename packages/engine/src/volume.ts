import { describeError, markKey, type Alarm, type Moved } from "@backurne/model";
import { describeAlarm, judgeVolume } from "@backurne/planner";
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
 * of the image expires until somebody has looked. The point itself is as good as any: no failure in here takes it back.
 */
export async function judgeMoved(arrived: Arrived, context: JobContext): Promise<Alarm | undefined> {
  const { house, lease, emit } = context;
  const { target } = arrived;
  if (arrived.alarm) return arrived.alarm;
  try {
    const alarm = await askAlarm(arrived, context);
    if (!alarm) return undefined;
    await lease.confirm();
    await house.backup.setMetadata(target, markKey("alarm"), JSON.stringify(alarm));
    emit({ kind: "warning", about: target, message: `change alarm: ${describeAlarm(alarm)}` });
    return alarm;
  } catch (error) {
    const message = `what was moved could not be judged: ${describeError(error)}`;
    emit({ kind: "warning", about: target, message });
    return undefined;
  }
}

/** How much of the disk that is costs a look at all of it, so only where everything else speaks for an alarm. */
async function askAlarm({ target, volume, moved }: Arrived, { house }: JobContext): Promise<Alarm | undefined> {
  const { changeAlarm } = house.settings;
  const alarm = changeAlarm && judgeVolume(volume, moved, changeAlarm);
  if (!alarm) return undefined;
  const used = await house.backup.changedBytes(target);
  return moved.bytes > changeAlarm.share * used ? alarm : undefined;
}
