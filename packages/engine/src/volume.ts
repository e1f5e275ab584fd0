import { describeError, markKey, type Alarm, type Moved } from "@backurne/model";
import {
  describeAlarm,
  differs,
  judgeVolume,
  untoldOf,
  usualVolume,
  volumeOf,
  type ChainFacts,
  type DiskFacts,
  type Untold,
} from "@backurne/planner";
import { entryOf } from "./catalog.ts";
import type { JobContext } from "./context.ts";

interface Arrived {
  readonly target: string;
  readonly alarm: Alarm | undefined;
  /** What moved before, oldest first. */
  readonly volume: readonly Moved[];
  readonly moved: Moved;
}

interface Judged {
  readonly alarm: Alarm | undefined;
  /** Not to be remembered as what the last incremental moved: its alarm could not be written, so the next run judges it again. */
  readonly untold?: true;
}

/**
 * Looks at what an incremental moved. A jump far outside of the image's own history raises an alarm: from then on nothing
 * of the image expires until somebody has looked. The point itself is as good as any: no failure in here takes it back,
 * and none makes the alarm less than it is.
 */
export async function judgeMoved(arrived: Arrived, context: JobContext): Promise<Judged> {
  if (arrived.alarm) return { alarm: arrived.alarm };
  const alarm = await askAlarm(arrived, context);
  try {
    if (alarm) await raise(alarm, arrived, context);
    return { alarm };
  } catch (error) {
    const message = `the change alarm could not be written down, which the next run does before anything expires: ${describeError(error)}`;
    context.emit({ kind: "warning", about: arrived.target, message });
    return { alarm, untold: true };
  }
}

/**
 * The same for an incremental whose run died before it could judge it, or could not write the alarm down. By what differs
 * between the two points, and before anything is received or expires.
 * @throws where the alarm cannot be written now, either.
 */
export async function judgeUntold(chain: ChainFacts, context: JobContext): Promise<ChainFacts> {
  const { house, facts } = context;
  const untold = untoldOf(chain);
  const at = untold?.point.ours?.time ?? house.now();
  const volume = volumeOf(chain);
  if (!house.settings.changeAlarm || !untold || chain.marks.alarm || usualVolume(volume, at) === undefined)
    return chain;
  const bytes = await measure(chain, untold, context);
  if (bytes === undefined) return chain;
  const moved = { at: new Date(at).toISOString(), bytes, snapshot: untold.point.name };
  const arrived = { target: chain.image, alarm: undefined, volume, moved };
  const alarm = await askAlarm(arrived, context);
  if (alarm) await raise(alarm, arrived, context);
  const now = { ...chain, moved, marks: alarm ? { ...chain.marks, alarm } : chain.marks };
  facts.catalog.put(entryOf(now, now.marks));
  return now;
}

async function measure(
  { image }: ChainFacts,
  { base, point }: Untold,
  { house, emit }: JobContext,
): Promise<number | undefined> {
  try {
    return await house.backup.changedBytes(image, base);
  } catch (error) {
    const message = `nobody can say how much came with ${point.name}, whose run did not end well, and so no change alarm is raised by it: ${describeError(error)}`;
    emit({ kind: "warning", about: image, message });
    return undefined;
  }
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

async function raise(
  alarm: Alarm,
  { target }: Pick<Arrived, "target">,
  { house, lease, emit }: JobContext,
): Promise<void> {
  emit({ kind: "warning", about: target, message: `change alarm: ${describeAlarm(alarm)}` });
  await lease.confirm();
  await house.backup.setMetadata(target, markKey("alarm"), JSON.stringify(alarm));
}
