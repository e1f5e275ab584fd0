import { BackurneError } from "@backurne/model";
import type { DiskFacts } from "@backurne/planner";
import type { JobContext } from "./context.ts";

interface Sides {
  readonly disk: DiskFacts;
  /** Name of the live snapshot. */
  readonly live: string;
  /** The backup image and its snapshot. */
  readonly image: string;
  readonly target: string;
}

/** Hashes a snapshot on both sides where it lies; only the digests travel. Reads the whole provisioned size. */
export async function digestsAgree(
  { disk, live, image, target }: Sides,
  { house, reached, stop }: Pick<JobContext, "house" | "reached" | "stop">,
): Promise<boolean> {
  if (!reached) throw new BackurneError("unexpected", "a disk without a cluster cannot be compared");
  const hash = { file: house.digest, args: [] };
  const there = reached.cluster.digest(disk.disk, live);
  const [export_] = house.backup.exportWhole(image, target);
  const run = async (pipeline: Parameters<typeof house.executor.run>[0]): Promise<string> => {
    const { stdout } = await house.executor.run(pipeline, { signal: stop, holdStdin: true });
    return stdout.trim().split(/\s/)[0] ?? "";
  };
  const [a, b] = await Promise.all([run(there), run([export_, hash])]);
  return a !== "" && a === b;
}
