import { chainHeldBecause, heldBecause, type ChainFacts, type ChainInput, type Removal } from "@backurne/planner";
import type { JobContext } from "./context.ts";
import { readMarks } from "./read-marks.ts";

interface Going {
  readonly removals: readonly Removal[];
  /** Why the whole image goes into the trash. */
  readonly trash: string | undefined;
}

/**
 * The last brake before anything goes on the backup side: the image's own marks once more. A hold may have been set since
 * they were read, by hand and without the lease, while the bytes travelled. What is mapped stays, too.
 */
export async function leaveHeld(going: Going, input: ChainInput, context: JobContext): Promise<Going> {
  const { house, emit } = context;
  const { chain, now, policy } = input;
  if (!chain || (going.trash === undefined && going.removals.every(({ side }) => side === "live"))) return going;
  const [marks = {}, mapped] = await Promise.all([readMarks(chain.image, house), context.mapped()]);
  const when = { now, timezone: policy.timezone };
  const stays = (held: string): void => emit({ kind: "warning", about: chain.image, message: `${held}; it stays` });
  const removals = going.removals.filter(({ side, verdict: { snapshot } }) => {
    if (side === "live") return true;
    const hold = heldBecause(snapshot.name, marks, when);
    const isMapped = mapped.has(`${chain.image}@${snapshot.name}`);
    if (hold !== undefined || isMapped)
      stays(`${snapshot.name}: ${hold === undefined ? "it is mapped" : `hold ${hold}`}`);
    return hold === undefined && !isMapped;
  });
  const held = going.trash === undefined ? undefined : whyHeld({ ...chain, marks }, when);
  if (held !== undefined) stays(held);
  return { removals, trash: held === undefined ? going.trash : undefined };
}

/** Why an image cannot go as a whole; undefined: nothing holds it, and none of its points. */
export function whyHeld(
  { snapshots, marks }: Pick<ChainFacts, "snapshots" | "marks">,
  when: Parameters<typeof chainHeldBecause>[1],
): string | undefined {
  const whole = chainHeldBecause(marks, when);
  if (whole !== undefined) return `hold ${whole}`;
  for (const { name, protected: kept } of snapshots) {
    const hold = heldBecause(name, marks, when);
    if (hold !== undefined) return `${name}: hold ${hold}`;
    // In the trash nobody could unprotect it any more.
    if (kept) return `${name} is protected, as map does with what it opens`;
  }
  return undefined;
}
