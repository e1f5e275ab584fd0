import { markKey, type ShapeMark } from "@backurne/model";
import type { DiskFacts } from "@backurne/planner";
import type { ImageInfo } from "@backurne/rbd";
import type { JobContext } from "./context.ts";

interface Shaped {
  /** The image that receives. */
  readonly target: string;
  readonly disk: DiskFacts;
  /** Bytes provisioned at the snapshot. */
  readonly size: number;
  readonly known: ShapeMark | undefined;
  /** Of the live image, where it was asked already. */
  readonly info?: ImageInfo | undefined;
}

/**
 * A stream carries size and content, and nothing else of what an image is. One more call on the live side, so it is asked
 * anew only when the image is another one or has another size: all but its features stays as it was made.
 */
export async function recordShape(
  { target, disk, size, known, info }: Shaped,
  { house, reached }: JobContext,
): Promise<ShapeMark | undefined> {
  const { id } = disk.source;
  if (known?.id === id && known.size === size) return known;
  const found = info ?? (await reached?.cluster.pool(disk.disk).info(disk.disk.image));
  if (found?.id !== id) return known; // made anew meanwhile: the commit will find out
  const { objectSize, features, stripeUnit, stripeCount, dataPool } = found;
  const shape = { id, size, objectSize, features, stripeUnit, stripeCount, dataPool };
  await house.backup.setMetadata(target, markKey("shape"), JSON.stringify(shape));
  return shape;
}
