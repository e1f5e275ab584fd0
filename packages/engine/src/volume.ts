import { describeError, markKey, type Alarm, type Marks, type Moved } from "@backurne/model";
import { describeAlarm, judgeVolume, rememberMoved } from "@backurne/planner";
import type { JobContext } from "./context.ts";

interface Arrived {
  /** The backup image, by its marks as they were before the transfer. */
  readonly target: string;
  readonly marks: Marks;
  readonly moving: Omit<Moved, "at">;
}

/**
 * Remembers what an incremental moved. A jump far outside of the image's own history raises an alarm: from then on nothing
 * of the image expires until somebody has looked. The point itself is as good as any: no failure in here takes it back.
 */
export async function recordVolume(
  { target, marks, moving }: Arrived,
  context: JobContext,
): Promise<Pick<Marks, "volume" | "alarm">> {
  const { house, lease, emit } = context;
  const moved = { at: new Date(house.now()).toISOString(), ...moving };
  const known = { volume: marks.volume, alarm: marks.alarm };
  try {
    await lease.confirm();
    const alarm = marks.alarm ?? (await askAlarm({ target, marks, moved }, context));
    if (alarm && !marks.alarm) {
      await house.backup.setMetadata(target, markKey("alarm"), JSON.stringify(alarm));
      emit({ kind: "warning", about: target, message: `change alarm: ${describeAlarm(alarm)}` });
    }
    const volume = rememberMoved(marks.volume ?? [], moved);
    await house.backup.setMetadata(target, markKey("volume"), JSON.stringify(volume));
    return { volume, alarm };
  } catch (error) {
    const message = `what was moved could not be remembered: ${describeError(error)}`;
    emit({ kind: "warning", about: target, message });
    return known;
  }
}

/** How much of the disk that is costs a look at all of it, so only where everything else speaks for an alarm. */
async function askAlarm(
  { target, marks, moved }: Pick<Arrived, "target" | "marks"> & { readonly moved: Moved },
  { house }: JobContext,
): Promise<Alarm | undefined> {
  const { changeAlarm } = house.settings;
  const alarm = changeAlarm && judgeVolume(marks.volume ?? [], moved, changeAlarm);
  if (!alarm) return undefined;
  const used = await house.backup.changedBytes(target);
  return moved.bytes > changeAlarm.share * used ? alarm : undefined;
}
