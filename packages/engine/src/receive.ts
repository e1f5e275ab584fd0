import type { Pipeline } from "@backurne/exec";
import { BackurneError } from "@backurne/model";
import type { DiskFacts } from "@backurne/planner";
import type { Snapshot } from "@backurne/rbd";
import type { JobContext } from "./context.ts";
import { whileThereIsRoom } from "./room.ts";
import { whileSshIsLost } from "./while-ssh-is-lost.ts";

export interface Stream {
  readonly disk: DiskFacts;
  /** The live snapshot as it was right after it was made. */
  readonly made: Snapshot;
  readonly base?: string | undefined;
  /** The backup image that receives. */
  readonly target: string;
}

export interface Received {
  /** Of the stream. */
  readonly bytes: number;
  /** What came over the wire for them; undefined: nobody said. */
  readonly wire: number | undefined;
  /** The live snapshots as they were right before the commit. */
  readonly live: readonly Snapshot[];
}

/**
 * Moves the bytes. The last one is sent on only when every stage before has ended well, the source snapshot is still the
 * one we made, and the lease is ours: import-diff makes no snapshot without it.
 */
export async function receive(stream: Stream, context: JobContext): Promise<Received> {
  const { reached, house, emit, job, stop } = context;
  if (!reached) throw new BackurneError("unexpected", "a disk without a cluster cannot be read");
  const { disk, made, base, target } = stream;
  const { cluster, settings } = reached;
  let bytes = 0;
  let wire: number | undefined;
  let live: readonly Snapshot[] = [];
  let moved = (): void => {};

  async function allow(): Promise<boolean> {
    live = await confirmSource(stream, context);
    await context.lease.confirm("now");
    return true;
  }

  function onBytes(total: number): void {
    if (total !== bytes) moved();
    bytes = total;
    emit({ kind: "progress", job, bytes });
  }

  /** What the compressor says of its work would hide the last words of what failed. */
  function onStderr(line: string): boolean {
    const heard = house.hearPacking?.(line);
    wire = heard?.wire ?? wire;
    return heard === undefined;
  }

  async function pump(): Promise<void> {
    const source = cluster.stream(disk.disk, { snapshot: made.name, base });
    const pipeline: Pipeline = [...source, ...house.backup.importDiff(target)];
    await whileThereIsRoom(house.roomWatch, async (full, progress) => {
      moved = progress;
      await house.executor.run(pipeline, {
        holdStdin: true,
        signal: AbortSignal.any([stop, full]),
        commit: { into: source.length, allow, bytesPerSecond: settings.bandwidth },
        onBytes,
        onStderr,
      });
    });
  }

  await whileSshIsLost(stop, pump, () => bytes === 0);
  return { bytes, wire, live };
}

/** The very snapshot we made, by its id, which no other snapshot of that pool has or will ever have. */
async function confirmSource({ disk, made }: Stream, { reached }: JobContext): Promise<readonly Snapshot[]> {
  const live = await reached?.cluster.pool(disk.disk).snapshots(disk.disk.image);
  if (live?.some((snapshot) => snapshot.id === made.id && snapshot.name === made.name)) return live;
  throw new BackurneError("unexpected", "the source snapshot was removed while it was read", {
    hint: "what was read may be newer data or zeros, so it was not kept; find out who removes snapshots of ours",
  });
}
