import type { Refusal } from "@backurne/model";
import {
  judgeDisk,
  planRemovals,
  sharedSnapshots,
  type ChainFacts,
  type ChainInput,
  type DiskFacts,
  type Removal,
} from "@backurne/planner";
import type { JobContext } from "./context.ts";
import { leaveHeld } from "./held.ts";
import { moveToTrash } from "./trash.ts";

/** Retention of one disk on both sides, by facts read under the lease. */
export async function expireDisk(
  input: ChainInput & { readonly chain: ChainFacts | undefined; readonly disk: DiskFacts | undefined },
  context: JobContext,
): Promise<void> {
  const judged = judgeDisk(input);
  const accepted = takeAccepted(planRemovals({ ...input, accepted: true }, judged), context);
  const planned = planRemovals({ ...input, accepted }, judged);
  if (planned.refused) return context.emit({ kind: "refused", ...(planned.refused satisfies Refusal) });
  const { removals, trash } = await leaveHeld(planned, input, context);
  for (const removal of removals) {
    context.stop.throwIfAborted();
    if (context.onlyOrdinary && !accepted && removal.verdict.ordinary !== true) continue;
    const veto = vetoOf(removal, input);
    if (veto === undefined) await removeOne(removal, input, context);
    else context.emit({ kind: "refused", scope: "chain", subject: input.subject, because: veto, removals: 1 });
  }
  if (trash !== undefined && input.chain) await trashImage(input.chain, trash, context);
}

/** Never more than the operator accepted, whatever has come to be wanted since the plan. */
function takeAccepted({ removals }: ReturnType<typeof planRemovals>, { accepted }: JobContext): boolean {
  const extraordinary = removals.filter(({ verdict }) => verdict.ordinary !== true).length;
  if (extraordinary === 0 || extraordinary > accepted.left) return false;
  accepted.left -= extraordinary;
  return true;
}

/** The brake that trusts no plan: what must not go whatever the verdict said. */
function vetoOf({ side, verdict }: Removal, { chain, disk, state }: ChainInput): string | undefined {
  const { snapshot } = verdict;
  if (!snapshot.ours) return `${snapshot.name} is not ours`;
  if (state === "vanished" && side === "backup") return undefined;
  const newest = disk && chain ? sharedSnapshots(disk, chain).at(-1) : undefined;
  if (side === "live") return newest?.live.id === snapshot.id ? `${snapshot.name} is the newest shared one` : undefined;
  if (newest?.target === snapshot.name) return `${snapshot.name} is the newest shared one`;
  const newestGood = chain?.snapshots.findLast((one) => one.ours);
  return newestGood?.id === snapshot.id ? `${snapshot.name} is the newest good one` : undefined;
}

async function removeOne({ side, verdict }: Removal, input: ChainInput, context: JobContext): Promise<void> {
  const { house, lease, reached, emit, job } = context;
  const { snapshot, because } = verdict;
  const image = side === "live" ? input.disk?.disk.image : input.chain?.image;
  const pool = side === "live" ? input.disk && reached?.cluster.pool(input.disk.disk) : house.backup;
  if (image === undefined || !pool) return;
  await lease.confirm();
  const outcome = await pool.removeSnapshot(image, snapshot.name);
  if (outcome === "removed") emit({ kind: "removed", job, side, image, snapshot: snapshot.name, because });
  if (outcome !== "busy") return;
  const message = `${snapshot.name} is protected or has clones; it stays until they are gone`;
  emit({ kind: "warning", about: image, message });
}

async function trashImage({ image }: ChainFacts, because: string, context: JobContext): Promise<void> {
  const { emit, job, candidate } = context;
  await moveToTrash({ image, subject: candidate.input.subject, because }, context);
  emit({ kind: "trashed", job, image, because });
}
