import { BackurneError, RESTORING, type ImagePlace, type RestoringMark } from "@backurne/model";
import type { House } from "../house.ts";
import { dropImage } from "../leftovers.ts";
import { uuidOf } from "../partial.ts";
import type { Prepared } from "./prepare.ts";
import { writePlace } from "./place.ts";
import type { Restoring } from "./restore.ts";

/**
 * The name under which a disk arrives. It follows from the place it is for and from our pool, so that whoever holds the
 * lease on that place finds what an earlier restore left, and nobody else ever has this name.
 */
export async function temporaryName(to: ImagePlace, { settings, objects }: House): Promise<string> {
  const { pool, namespace } = settings.backup;
  return `restoring-${uuidOf(JSON.stringify([await objects.fsid(), pool, namespace, writePlace(to)]))}`;
}

/** The resource of the lease on a place. */
export function leaseOf(to: ImagePlace): string {
  return `restore to ${writePlace(to)}`;
}

/** Takes away what an earlier restore left. Called under the lease that names it. */
export async function dropLeftover(
  image: string,
  { destination: { pool } }: Prepared,
  { stop }: Restoring,
): Promise<void> {
  if (await pool.info(image)) await dropImage(image, pool, stop);
}

/** Empty, in the shape of the source; it says what it is. */
export async function makeTemporary(
  image: string,
  { plan, destination: { pool } }: Prepared,
  { house }: Restoring,
): Promise<void> {
  if ((await pool.create(image, { size: plan.size, shape: plan.shape ?? {} })) === "exists") {
    throw new BackurneError("unexpected", `${image} appeared on ${pool.place} although its place is leased`);
  }
  const mark: RestoringMark = {
    image: plan.image,
    snapshot: plan.snapshot,
    becomes: plan.to.image,
    host: house.host,
    since: new Date(house.now()).toISOString(),
  };
  await pool.setMetadata(image, RESTORING, JSON.stringify(mark));
}
