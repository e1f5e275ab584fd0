import { BackurneError, parseSnapshotName, type ReadNames } from "@backurne/model";
import type { ImageWithSnapshots, RadosObjects } from "@backurne/rbd";
import { isMarked, type Catalog } from "./catalog.ts";

const OBJECT = "backurne.pool";

/** Whether names of the old tool stand in the pool and nobody has said yet that it is ours now. */
export async function needsTakeOver(
  objects: RadosObjects,
  images: readonly ImageWithSnapshots[],
  { catalog, names }: { catalog: Catalog; names: ReadNames },
): Promise<boolean> {
  const unmarked = images.filter((image) => image.image.split(";").length > 2 && !isMarked(catalog.get(image)));
  const old = unmarked.some((image) => image.snapshots.some((one) => parseSnapshotName(one.name, names) !== undefined));
  return old && (await objects.read(OBJECT)) === undefined;
}

/** Whether the pool was the old tool's once: by its record, or, before the first run of ours, by its names. */
export async function wasOldTools(
  objects: RadosObjects,
  images: readonly ImageWithSnapshots[],
  names: ReadNames,
): Promise<boolean> {
  const legacy = images.some(({ snapshots }) => snapshots.some((one) => parseSnapshotName(one.name, names)?.legacy));
  return legacy || (await objects.read(OBJECT)) !== undefined;
}

export async function recordTakeOver(objects: RadosObjects, at: string, by: string): Promise<void> {
  await objects.write(OBJECT, `${JSON.stringify({ v: 1, takenOver: at, by })}\n`);
}

export function refuseOldPool(): BackurneError {
  return new BackurneError("usage", "the backup pool holds backups of the old tool and was never taken over", {
    hint:
      "run once with --take-over; from then on the old tool must never run on this pool again: " +
      "it removes images without snapshots and is blind to names in UTC",
  });
}

/** Epoch ms of the take-over; undefined: there was none. */
export async function readTakeOver(objects: RadosObjects): Promise<number | undefined> {
  const { takenOver = "" } = JSON.parse((await objects.read(OBJECT)) ?? "{}") as { readonly takenOver?: string };
  const time = Date.parse(takenOver);
  return Number.isNaN(time) ? undefined : time;
}
