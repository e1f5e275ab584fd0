import { BackurneError, parseMarks } from "@backurne/model";
import type { ChainFacts } from "@backurne/planner";
import type { RbdPool } from "@backurne/rbd";
import { setTimeout as sleep } from "node:timers/promises";
import type { LeasedContext } from "./context.ts";
import { switchGeneration } from "./generation.ts";

/** A client that was killed stays a watcher for about 30 s. */
const PATIENCE = 40;

/** A mark announces every transfer before its first byte: one that never ended may still have a writer. */
export async function waitForWriter({ image, marks, snapshots }: ChainFacts, context: LeasedContext): Promise<void> {
  if (!marks.base || snapshots.some((snapshot) => snapshot.name === marks.base?.name)) return;
  await waitUntilUnwatched(image, context.house.backup, context.stop);
}

async function waitUntilUnwatched(image: string, pool: RbdPool, stop?: AbortSignal): Promise<void> {
  for (let waited = 0; await pool.watched(image); waited += 1) {
    if (waited >= PATIENCE) throw heldByWriter(image);
    await sleep(1000, undefined, { signal: stop });
  }
}

function heldByWriter(image: string): BackurneError {
  return new BackurneError("held", `another process still has ${image} open`, {
    hint: "an earlier run is still writing there, or hangs; it is left alone",
  });
}

/** Removes what an earlier first transfer left. Called under the lease that names it. */
export async function dropPartial(image: string, { house, stop }: LeasedContext): Promise<void> {
  await dropImage(image, house.backup, stop);
}

/** An image of ours that never became anything, with whatever stands on it. One that is not there is no failure. */
export async function dropImage(image: string, pool: RbdPool, stop?: AbortSignal): Promise<void> {
  await waitUntilUnwatched(image, pool, stop);
  for (const snapshot of (await pool.snapshots(image)) ?? []) await pool.removeSnapshot(image, snapshot.name);
  if ((await pool.remove(image)) === "busy") throw heldByWriter(image);
}

/**
 * An earlier run may have received a whole first backup and then died before the renames: the partial has the snapshot
 * that its mark announces. Then only the renames are missing.
 * @returns whether the chain under the name is now another one.
 */
export async function finishPartial(
  image: string,
  chain: ChainFacts | undefined,
  context: LeasedContext,
): Promise<boolean> {
  const { backup } = context.house;
  const metadata = await backup.metadata(image);
  if (!metadata) return false;
  await waitUntilUnwatched(image, backup, context.stop);
  const { base } = parseMarks(metadata);
  const snapshots = await backup.snapshots(image);
  const size = (await backup.info(image))?.size;
  // Its head is what was received: nothing of ours writes to a partial after the commit.
  if (!base?.becomes || !snapshots?.some((one) => one.name === base.name && one.size === size)) {
    await dropPartial(image, context);
    return false;
  }
  await switchGeneration({ partial: image, image: base.becomes, old: chain }, context);
  return true;
}
