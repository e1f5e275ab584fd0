import { MAPPING, parseImageName, type MappingMark } from "@backurne/model";
import type { RbdPool } from "@backurne/rbd";

/** What a clone says of itself; nothing where it is not ours, or says nothing that we would have written. */
export async function readMapping(image: string, pool: Pick<RbdPool, "metadata">): Promise<Partial<MappingMark>> {
  const mark = (await pool.metadata(image))?.[MAPPING];
  try {
    return JSON.parse(mark ?? "{}") as Partial<MappingMark>;
  } catch {
    return {};
  }
}

/**
 * Snapshots that are open for somebody to look into, as `image@snapshot`. rbd would let them go (clone format 2): out of
 * sight, and with all their space until the clone goes.
 */
export async function listMapped(
  images: readonly { readonly image: string }[],
  pool: Pick<RbdPool, "metadata" | "info">,
): Promise<ReadonlySet<string>> {
  const clones = images.filter(({ image }) => parseImageName(image).kind === "restore");
  const mapped = await Promise.all(clones.map(({ image }) => parentOf(image, pool)));
  return new Set(mapped.map(({ image, snapshot }) => `${image}@${snapshot}`));
}

/** The image may have another name by now than when it was mapped. */
async function parentOf(
  clone: string,
  pool: Pick<RbdPool, "metadata" | "info">,
): Promise<Pick<Partial<MappingMark>, "image" | "snapshot">> {
  const mark = await readMapping(clone, pool);
  return (mark.image !== undefined && (await pool.info(clone))?.parent) || mark;
}
