import { BackurneError } from "@backurne/model";
import type { Room } from "@backurne/rbd";

/** Asks whether the backup pool takes writes. */
export interface RoomWatch {
  /** Of the pool, for messages. */
  readonly pool: string;
  /** ms without anything that moves, after which it is asked, and asked again. */
  readonly every: number;
  ask(): Promise<Room>;
}

/** The backup pool takes no writes. */
export class NoRoom extends BackurneError {
  constructor(pool: string, room: Exclude<Room, { kind: "room" }>) {
    const quota = room.kind === "quota";
    super(
      "command",
      `the backup pool ${pool} is ${quota ? `at its quota (${room.limits})` : "full"}: nothing can be written`,
      {
        hint: quota
          ? `raise it: ceph osd pool set-quota ${pool} ${room.limits.split(" ")[0]} BYTES; as long as it is full nothing can be removed either`
          : "add OSDs, or raise the ratio for a moment to remove something: ceph osd set-full-ratio 0.97; as long as it is full nothing can be removed",
      },
    );
    this.name = "NoRoom";
  }
}

/**
 * A write to a full pool waits for ever, and says nothing. So when nothing has moved for a while it is asked whether the pool
 * is full, and then the work is aborted. Slow is not full: other work goes on for as long as it takes.
 * @throws NoRoom
 */
export async function whileThereIsRoom<T>(
  watch: RoomWatch | undefined,
  work: (full: AbortSignal, moved: () => void) => Promise<T>,
): Promise<T> {
  const full = new AbortController();
  if (!watch) return work(full.signal, () => {});
  const { pool, every, ask } = watch;

  async function look(): Promise<void> {
    const room = await ask().catch(() => undefined); // the cluster does not answer: that is another story
    if (room && room.kind !== "room") full.abort(new NoRoom(pool, room));
  }
  const timer = setInterval(() => void look(), every);
  timer.unref();
  try {
    return await work(full.signal, () => void timer.refresh());
  } catch (error) {
    throw full.signal.aborted ? full.signal.reason : error;
  } finally {
    clearInterval(timer);
  }
}

/** Many that wait at the same time share one answer. */
export function shareRoom(read: () => Promise<Room>): () => Promise<Room> {
  let asking: Promise<Room> | undefined;
  return () => (asking ??= read().finally(() => (asking = undefined)));
}
