import { BackurneError, formatClosedName } from "@backurne/model";
import type { ChainFacts } from "@backurne/planner";
import type { LeasedContext } from "./context.ts";

export interface Switch {
  /** The complete new image. */
  readonly partial: string;
  readonly image: string;
  /** What stands under the name now. */
  readonly old: ChainFacts | undefined;
}

/**
 * The old chain becomes a closed generation, then the complete image takes its name. Between the two renames nothing
 * stands under the name; whoever comes next finds the complete partial and finishes.
 */
export async function switchGeneration({ partial, image, old }: Switch, context: LeasedContext): Promise<void> {
  const { house, lease, emit, job } = context;
  await lease.confirm();
  if (old) {
    const closed = formatClosedName(old.image, old.imageId, house.now());
    if ((await house.backup.rename(old.image, closed)) === "exists") {
      throw new BackurneError("unexpected", `${closed} exists already in the backup pool`);
    }
    emit({ kind: "renamed", job, from: old.image, to: closed });
  }
  if ((await house.backup.rename(partial, image)) === "exists") {
    throw new BackurneError("unexpected", `${image} appeared in the backup pool while its backup was under way`, {
      hint: `the new backup is complete and stands as ${partial}`,
    });
  }
  emit({ kind: "renamed", job, from: partial, to: image });
}
