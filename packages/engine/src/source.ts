import type { ShapeMark, SourceMark } from "@backurne/model";
import type { DiskFacts } from "@backurne/planner";
import type { ImageInfo } from "@backurne/rbd";
import type { JobContext } from "./context.ts";

interface Received {
  readonly disk: DiskFacts;
  /** Bytes provisioned at the snapshot. */
  readonly size: number;
  /** What its mark says. */
  readonly known: SourceMark | undefined;
  /** Of the live image, where it was asked already. */
  readonly info?: ImageInfo | undefined;
}

/**
 * A stream carries size and content, and nothing else of what an image is. One more call on the live side, so it is asked
 * anew only when the image is another one or has another size: all but its features stays as it was made.
 */
export async function describeSource(
  { disk, size, known, info }: Received,
  { reached }: JobContext,
): Promise<SourceMark> {
  const { id } = disk.source;
  const same = known?.id === id ? known.shape : undefined;
  if (known && same?.size === size) return known;
  const found = info ?? (await reached?.cluster.pool(disk.disk).info(disk.disk.image));
  // One that was made anew meanwhile: the commit will find out.
  return { ...disk.source, shape: found?.id === id ? shapeOf(found, size) : same };
}

function shapeOf({ objectSize, features, stripeUnit, stripeCount, dataPool }: ImageInfo, size: number): ShapeMark {
  return { size, objectSize, features, stripeUnit, stripeCount, dataPool };
}
