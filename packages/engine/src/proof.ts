import { CommandError } from "@backurne/exec";
import { BackurneError } from "@backurne/model";
import type { DiskFacts, SnapshotFacts } from "@backurne/planner";
import { findMissingBindings, parseComparison, type Comparison, type DigestPart } from "@backurne/rbd";
import type { JobContext } from "./context.ts";
import { whileSshIsLost } from "./while-ssh-is-lost.ts";

/** A live snapshot and its copy. */
export interface Pair {
  readonly disk: DiskFacts;
  readonly live: Pick<SnapshotFacts, "id" | "name">;
  /** The backup image, and the name under which the content stands there. */
  readonly image: string;
  readonly target: string;
}

export type Scene = Pick<JobContext, "house" | "reached" | "stop">;

/**
 * Both sides read where their bytes lie; digests go from the source's to the target's program through a kernel pipe.
 * @throws BackurneError `command`: it could not be compared, which says nothing about the bytes.
 */
export async function compareParts(
  { disk, live, image, target }: Pair,
  part: DigestPart,
  { house, reached, stop, onBytes }: Scene & { readonly onBytes?: ((bytes: number) => void) | undefined },
): Promise<Comparison> {
  if (!reached) throw new BackurneError("unexpected", "a disk without a cluster cannot be compared");
  const options = { stray: part.kind === "changed" && part.base === undefined, progress: onBytes !== undefined };
  const onStderr = (line: string): void => {
    const bytes = /^compared (\d+)$/.exec(line)?.[1];
    if (bytes !== undefined) onBytes?.(Number(bytes));
  };
  let stagesThere = 0;
  try {
    const { stdout } = await whileSshIsLost(stop, () => {
      const there = reached.cluster.digests(disk.disk, { snapshot: live.name, part });
      const pipeline = [...there, ...house.backup.compareDigests(image, target, options)] as const;
      stagesThere = there.length;
      return house.executor.run(pipeline, { holdStdin: true, signal: stop, onStderr });
    });
    return parseComparison(stdout);
  } catch (error) {
    throw explain(error, stagesThere);
  }
}

/** Whether the live snapshot is still the one that was meant: what is removed while it is read is read as something else. */
export async function stillStands({ disk, live }: Pair, { reached }: Pick<Scene, "reached">): Promise<boolean> {
  const standing = await reached?.cluster.pool(disk.disk).snapshots(disk.disk.image);
  return standing?.some(({ id, name }) => id === live.id && name === live.name) === true;
}

function explain(error: unknown, stagesThere: number): unknown {
  if (!(error instanceof CommandError)) return error;
  const missing = findMissingBindings(error.stages);
  if (missing === undefined) return error;
  const where = missing < stagesThere ? "the live side" : "this host";
  return new BackurneError("command", `the Ceph bindings of Python 3 are missing on ${where}`, {
    hint: "install python3-rbd there (it comes with Debian's ceph-common), or set verify: { sent: false }",
    cause: error,
  });
}
