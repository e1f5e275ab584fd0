import { BackurneError } from "@backurne/model";
import type { SnapshotFacts } from "@backurne/planner";
import type { Snapshot } from "@backurne/rbd";
import type { LeasedContext } from "./context.ts";
import { namesOf, readPoints, snapshotFacts } from "./gather.ts";

/** What the import has to have made. */
export interface Point {
  /** The first comes with the stream, the others are its twins. */
  readonly names: readonly string[];
  /** The source. */
  readonly snapshot: Pick<Snapshot, "size">;
}

/**
 * The commit has made the snapshot; now its twins, from the same head, and a look whether all is as it should be.
 * import-diff ends with 0 without a snapshot when it meets a record it does not know: twins of that head would be lies,
 * so it is looked at before, too.
 */
export async function finishPoint(
  target: string,
  { names, snapshot }: Point,
  context: LeasedContext,
): Promise<readonly SnapshotFacts[]> {
  const { house, lease } = context;
  const [first, ...twins] = names as [string, ...string[]];
  const arrived = await checkPoint(target, { names: [first], snapshot }, context);
  if (twins.length === 0) return arrived;
  const made: SnapshotFacts[] = [];
  for (const twin of twins) {
    await lease.confirm();
    if ((await house.backup.createSnapshot(target, twin)) !== "created")
      return checkPoint(target, { names, snapshot }, context);
    // Of the same head as the first, which was just looked at; only its id is not known, and nobody asks for more than the order.
    const id = Math.max(...arrived.map((one) => one.id)) + made.length + 1;
    made.push(...snapshotFacts([{ id, name: twin, size: snapshot.size }], namesOf(house.settings)));
  }
  return [...arrived, ...made];
}

/** What is not as it should be does not stay: it would be taken for a backup. */
async function checkPoint(
  target: string,
  { names, snapshot }: Point,
  { house, lease }: LeasedContext,
): Promise<readonly SnapshotFacts[]> {
  const snapshots = (await readPoints(target, house)) ?? [];
  const sizes = new Map(snapshots.map(({ name, size }) => [name, size]));
  const wrong = names.filter((name) => sizes.get(name) !== snapshot.size);
  if (wrong.length === 0) return snapshots;
  await lease.confirm();
  for (const name of wrong) if (sizes.has(name)) await house.backup.removeSnapshot(target, name);
  throw new BackurneError(
    "unexpected",
    `after the import ${target} lacks ${wrong.join(", ")}, or has it in another size`,
  );
}
