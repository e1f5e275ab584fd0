import { BackurneError, formatClosedName, holdOfChain, markKey, type Marks } from "@backurne/model";
import type { ChainFacts } from "@backurne/planner";
import type { LeasedContext } from "./context.ts";
import { readMarks } from "./read-marks.ts";

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
 * @returns what the new generation has from the old one.
 */
export async function switchGeneration(
  { partial, image, old }: Switch,
  context: LeasedContext,
): Promise<Pick<Marks, "hold">> {
  const { house, lease, emit, job } = context;
  const inherited = old ? await inherit(partial, old, context) : {};
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
  return inherited;
}

/**
 * A hold on the whole image means its points to come, too: those of the next generation as well. Written before the renames,
 * so that no run between them finds it without. Holds of single points stay with their points.
 */
async function inherit(
  partial: string,
  old: ChainFacts,
  { house, lease }: LeasedContext,
): Promise<Pick<Marks, "hold">> {
  const { hold, ...marks } = (await readMarks(old.image, house)) ?? {};
  if (!holdOfChain({ ...marks, hold }, house.now())) return {};
  await lease.confirm();
  await house.backup.setMetadata(partial, markKey("hold"), JSON.stringify(hold));
  return { hold };
}
