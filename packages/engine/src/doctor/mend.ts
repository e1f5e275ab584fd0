import { randomUUID } from "node:crypto";
import { describeError, parseImageName, RESTORING, type Fix, type Mended } from "@backurne/model";
import type { House } from "../house.ts";
import { openLeases, type Lease } from "../lease.ts";
import { dropImage } from "../leftovers.ts";
import { readMapping } from "../mapping/mark.ts";
import { openPlace, readPlace } from "../restore/place.ts";
import { leaseOf, temporaryName } from "../restore/temporary.ts";

/** Looks again, and does it only where that is still right: since the diagnosis somebody may have begun to use it. */
export async function mend(house: House, fix: Fix): Promise<Mended> {
  try {
    const because = await mendOne(house, fix);
    return because === undefined ? { fix, outcome: "done" } : { fix, outcome: "left alone", because };
  } catch (error) {
    return { fix, outcome: "left alone", because: describeError(error) };
  }
}

/** Why it is left alone; undefined: it is done. */
async function mendOne(house: House, fix: Fix): Promise<string | undefined> {
  switch (fix.kind) {
    case "unprotect":
      return unprotect(fix, house);
    case "remove image":
      if (parseImageName(fix.image).kind !== "restore") return "it is no clone made for mapping";
      return removeClone(fix.image, house);
    case "give back lease":
      // Whoever takes it may give it back: its object goes with it.
      return underLease(fix.resource, house, async () => undefined);
    case "remove unfinished":
      return underLease(leaseOf(readPlace(fix.to)), house, (lease) => removeUnfinished(fix, lease, house));
  }
}

/** Ceph itself refuses it for clones of the old format alone. */
async function unprotect(
  { image, snapshot }: Extract<Fix, { kind: "unprotect" }>,
  { backup }: House,
): Promise<string | undefined> {
  const clones = (await backup.children(image, snapshot)) ?? [];
  const busy = clones.length > 0 || (await backup.unprotect(image, snapshot)) === "busy";
  return busy ? "clones hang on it" : undefined;
}

const OPEN = "somebody has it open";

/** ms between a clone and its device: nobody watches it then, and map is at work. */
const OPENING = 600_000;

async function removeClone(image: string, { backup, now }: House): Promise<string | undefined> {
  const { since } = await readMapping(image, backup);
  if (since !== undefined && now() - Date.parse(since) < OPENING) return "it is being opened just now";
  if (await backup.watched(image)) return OPEN;
  return (await backup.remove(image)) === "busy" ? "it is in use, or has snapshots" : undefined;
}

async function removeUnfinished(
  { image, to }: Extract<Fix, { kind: "remove unfinished" }>,
  lease: Lease,
  house: House,
): Promise<string | undefined> {
  const place = readPlace(to);
  const { pool } = await openPlace(place, house);
  const metadata = await pool.metadata(image);
  if (!metadata) return "it has just gone";
  const ours = metadata[RESTORING] !== undefined && (await temporaryName(place, house)) === image;
  if (!ours) return "no restore of ours left it";
  if (await pool.watched(image)) return OPEN;
  await lease.confirm();
  await dropImage(image, pool);
  return undefined;
}

async function underLease(
  resource: string,
  { objects, host, leaseTimes }: House,
  work: (lease: Lease) => Promise<string | undefined>,
): Promise<string | undefined> {
  const lease = await openLeases(objects, `${host} doctor ${randomUUID()}`, leaseTimes).acquire(resource);
  if (!lease) return "somebody holds its lease";
  try {
    return await work(lease);
  } finally {
    await lease.release();
  }
}
