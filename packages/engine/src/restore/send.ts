import type { Pipeline } from "@backurne/exec";
import { BackurneError } from "@backurne/model";
import type { Prepared } from "./prepare.ts";
import type { Restoring } from "./restore.ts";

/**
 * Moves the bytes, with the same gate as a backup: the last byte is sent on only when the export has ended well, the
 * snapshot is still the one that was chosen, and the leases are ours. It is held back before anything compresses the
 * stream: what a compressor adds at the end of its input makes no stream complete that lacks its own last byte.
 * @returns bytes moved.
 */
export async function send(temporary: string, prepared: Prepared, restoring: Restoring): Promise<number> {
  const { chain, point, destination, plan } = prepared;
  const { house, emit, job, stop, watched } = restoring;
  const source = house.backup.exportDiff(chain.image, point.name);
  const pipeline: Pipeline = [...source, ...destination.sink(temporary)];
  // For people who watch: that it cannot be counted keeps nothing from coming back.
  const expected = watched
    ? await house.backup.snapshotBytes(chain.image, point.name).catch(() => undefined)
    : undefined;
  const about = { job, mode: "full", snapshot: point.name, names: [point.name] } as const;
  emit({ kind: "transfer-started", ...about, bytes: expected });
  const started = performance.now();
  let bytes = 0;

  async function allow(): Promise<boolean> {
    await confirmPoint(prepared, restoring);
    await Promise.all(restoring.leases.map((lease) => lease.confirm("now")));
    return true;
  }

  function onBytes(total: number): void {
    bytes = total;
    emit({ kind: "progress", job, bytes });
  }

  const { bandwidth } = house.clusters.find(({ settings }) => settings.name === plan.to.cluster)?.settings ?? {};
  const commit = { into: source.length, allow, bytesPerSecond: bandwidth };
  await confirmPoint(prepared, restoring);
  await house.executor.run(pipeline, { signal: stop, commit, onBytes });
  await checkArrived(temporary, prepared);
  emit({ kind: "transfer-ended", ...about, bytes, milliseconds: Math.round(performance.now() - started) });
  return bytes;
}

/** By its id, which no other snapshot of that pool has or will ever have. */
async function confirmPoint({ chain, point }: Prepared, { house }: Restoring): Promise<void> {
  const standing = await house.backup.snapshots(chain.image);
  if (standing?.some(({ id, name }) => id === point.id && name === point.name)) return;
  throw new BackurneError("not-found", `${point.name} does not stand on ${chain.image} any more`, {
    hint: "it has expired, or its image was renamed, since it was chosen",
  });
}

/** import-diff ends with 0 without a snapshot when it meets a record it does not know. */
async function checkArrived(temporary: string, { destination, point }: Prepared): Promise<void> {
  const { pool } = destination;
  const [snapshots, info] = await Promise.all([pool.snapshots(temporary), pool.info(temporary)]);
  const arrived = snapshots?.find(({ name }) => name === point.name);
  if (arrived?.size === point.size && info?.size === point.size && snapshots?.length === 1) return;
  throw new BackurneError("unexpected", `after the import ${temporary} lacks ${point.name}, or has it in another size`);
}
