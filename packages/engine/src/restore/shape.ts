import type { Destination } from "@backurne/cluster";
import { printable, type ImagePlace, type ImageShape, type ShapeMark } from "@backurne/model";

/** How the image will be made, and what of the source it will not have. */
export interface Settled {
  readonly shape: ImageShape | undefined;
  readonly warnings: readonly string[];
}

export async function settleShape(
  mark: ShapeMark | undefined,
  { destination, place }: { readonly destination: Destination; readonly place: ImagePlace },
): Promise<Settled> {
  if (!mark) {
    const because = "how its source was made is not recorded with this backup";
    return { shape: undefined, warnings: [`${because}: object size and features are as ${place.cluster} has them`] };
  }
  const { size: _size, ...shape } = mark;
  const { dataPool } = shape;
  if (dataPool === undefined || (await destination.hasPool(dataPool))) return { shape, warnings: [] };
  const missing = `${place.cluster} has no pool ${printable(dataPool)}, in which the source has its data`;
  return { shape: { ...shape, dataPool: undefined }, warnings: [`${missing}: all of it goes into ${place.pool}`] };
}
