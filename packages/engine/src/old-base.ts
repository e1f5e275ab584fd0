import type { BaseChoice, ChainFacts, DiskFacts } from "@backurne/planner";
import { digestsAgree } from "./compare.ts";
import type { JobContext } from "./context.ts";

/** How far a live snapshot's own time may be from the time in its name, ms. */
const TOLERANCE = 10 * 60_000;

interface OldBase {
  readonly disk: DiskFacts;
  readonly chain: ChainFacts;
  readonly base: BaseChoice & { kind: "base" };
}

/**
 * A chain of the old tool has no ids. Its base is accepted once when names and sizes agree (the planner looked) and
 * Ceph says that the live snapshot is as old as its name; on request also by comparing every byte. Otherwise the chain
 * is closed as a generation.
 */
export async function acceptOldBase({ disk, base }: OldBase, context: JobContext): Promise<BaseChoice> {
  const { reached, prove, emit, candidate } = context;
  const about = candidate.input.subject.image;
  const refuse = (because: string): BaseChoice => {
    emit({ kind: "warning", about, message: `${because}; the old chain is closed and a new one begins` });
    return { kind: "full", because };
  };
  const dated = await reached?.cluster.pool(disk.disk).datedSnapshots(disk.disk.image);
  const created = dated?.find((snapshot) => snapshot.id === base.live.id)?.created;
  const named = base.live.ours?.time;
  if (created === undefined || named === undefined || Math.abs(created - named) > TOLERANCE) {
    return refuse("the live snapshot is not as old as its name says");
  }
  if (prove && !(await digestsAgree({ disk, live: base.live.name, image: about, target: base.target }, context))) {
    return refuse("the shared snapshot differs from its source");
  }
  return base;
}
