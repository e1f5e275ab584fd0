import { describeSuspect, type SourceIdentity } from "@backurne/model";
import type { ChainFacts, DiskFacts, SnapshotFacts } from "./facts.ts";

export type BaseChoice =
  | {
      readonly kind: "base";
      readonly live: SnapshotFacts;
      readonly target: string;
      readonly because: string;
      readonly unproved: boolean;
    }
  | { readonly kind: "full"; readonly because: string };

/**
 * From which snapshot both sides share the next transfer starts. Names alone prove nothing: the live image
 * and the live snapshot have to carry the ids that were recorded when the bytes travelled.
 */
export function chooseBase(disk: DiskFacts, chain: ChainFacts | undefined): BaseChoice {
  if (!chain || chain.snapshots.every((snapshot) => !snapshot.ours)) return full("no backup yet");
  const { source } = chain.marks;
  const other = source && differs(source, disk.source);
  if (other) return full(`${other} changed, old chain kept`);
  if (chain.marks.suspect !== undefined) return full(`the chain is suspect: ${describeSuspect(chain.marks.suspect)}`);
  const shared = sharedSnapshots(disk, chain);
  const newest = shared.at(-1);
  if (!newest) return full("no snapshot is shared any more, old chain kept");
  const because = source ? "recorded base" : "names and sizes agree, made by the old tool";
  return { kind: "base", live: newest.live, target: newest.target, because, unproved: !source };
}

function full(because: string): BaseChoice {
  return { kind: "full", because };
}

/** In what a live image is not the one that was recorded. */
export function differs(recorded: SourceIdentity, live: SourceIdentity): string | undefined {
  if (recorded.fsid !== live.fsid) return "live cluster";
  if (recorded.pool !== live.pool || recorded.namespace !== live.namespace) return "live pool";
  return recorded.id === live.id ? undefined : "live image id";
}

export interface Shared {
  readonly live: SnapshotFacts;
  /** Name on the backup side with this content: the same, or a twin's. */
  readonly target: string;
}

/** Live snapshots whose content stands on the backup image, oldest first. */
export function sharedSnapshots(disk: DiskFacts, chain: ChainFacts): readonly Shared[] {
  if (chain.marks.source && differs(chain.marks.source, disk.source)) return [];
  const ours = disk.snapshots.filter((live) => live.ours);
  // Few snapshots stand on the live side, many on the backup side.
  const names = new Set(ours.flatMap((live) => namesOf(live, chain)));
  const standing = new Map<string, SnapshotFacts>();
  for (const snapshot of chain.snapshots) if (names.has(snapshot.name)) standing.set(snapshot.name, snapshot);
  const shared = ours.flatMap((live) => {
    const target = targetOf(live, chain, standing);
    return target === undefined ? [] : [{ live, target }];
  });
  return shared.sort((a, b) => a.live.id - b.live.id);
}

function targetOf(
  live: SnapshotFacts,
  chain: ChainFacts,
  standing: ReadonlyMap<string, SnapshotFacts>,
): string | undefined {
  if (!chain.marks.base) return standing.get(live.name)?.size === live.size ? live.name : undefined;
  return namesOf(live, chain).find((name) => standing.has(name));
}

/** Under which names its content may stand on the backup side, its own first. */
function namesOf(live: SnapshotFacts, { marks: { base } }: ChainFacts): readonly string[] {
  if (!base) return [live.name];
  const entry = base.shared.find((shared) => shared.name === live.name && shared.id === live.id);
  return entry ? [entry.name, ...(entry.twins ?? [])] : [];
}
