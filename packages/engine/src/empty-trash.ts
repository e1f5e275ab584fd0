import type { TrashEmptied } from "@backurne/model";
import { requireClock } from "./clock.ts";
import type { RunContext } from "./context.ts";
import { failureOf } from "./failure.ts";
import type { House } from "./house.ts";
import { openLeases, type Leases } from "./lease.ts";
import { listingOf, readTrash, type Trashed } from "./trash.ts";

/** So many in one run: the next one goes on. */
const MOST = 20;

export async function listTrash(house: House) {
  return (await readTrash(house)).map(listingOf);
}

export interface EmptyRequest {
  /** Also what could still be had back for a while. */
  readonly all?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Removes for good what we put into the trash and what has no clones. */
export async function emptyTrash(house: House, { all = false, signal }: EmptyRequest): Promise<TrashEmptied> {
  const leases = openLeases(house.objects, `${house.host} trash empty`, house.leaseTimes);
  const removed: TrashEmptied["removed"][number][] = [];
  const stay: TrashEmptied["stay"][number][] = [];
  await requireClock(house);
  for (const trashed of await readTrash(house, (one) => all || isOver(one, house))) {
    if (signal?.aborted) break;
    const why = await removeOne(trashed, { house, leases, force: all });
    if (why === undefined) removed.push(listingOf(trashed));
    else stay.push({ ...listingOf(trashed), why });
  }
  return { version: 1, kind: "trash-emptied", removed, stay };
}

/** What a run does by the way: what is past its time goes, a bounded number of images. */
export async function reapTrash({ house, leases, emit, signal }: RunContext): Promise<void> {
  try {
    const over = await readTrash(house, (trashed) => isOver(trashed, house));
    for (const trashed of over.slice(0, MOST)) {
      if (signal.aborted) return;
      const why = await removeOne(trashed, { house, leases, force: false });
      if (why === undefined) emit({ kind: "purged", image: trashed.name, id: trashed.id });
      else emit({ kind: "warning", about: trashed.name, message: `stays in the trash: ${why}` });
    }
  } catch (error) {
    emit({ kind: "failed", about: "the trash", failure: failureOf(error) });
  }
}

function isOver({ ends }: Pick<Trashed, "ends">, { now }: House): boolean {
  return ends <= now();
}

interface Means {
  readonly house: House;
  readonly leases: Leases;
  readonly force: boolean;
}

/** Why it stays; undefined: it is gone. */
async function removeOne({ id, mark }: Trashed, { house, leases, force }: Means): Promise<string | undefined> {
  const lease = await leases.acquire(mark.of);
  if (!lease) return "another run holds it";
  try {
    // It may have been brought back, and moved there again, since it was listed.
    const [still] = await readTrash(house, (one) => one.id === id);
    if (!still) return "it has just been brought back";
    if (!force && !isOver(still, house)) return "it has just been moved there again";
    if (await house.trash.cloned(id)) return "it has clones";
    await lease.confirm("now");
    return (await house.trash.remove(id, force)) === "busy" ? "it is open, or has clones" : undefined;
  } finally {
    await lease.release();
  }
}
