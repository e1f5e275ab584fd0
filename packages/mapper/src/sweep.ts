import { describeError } from "@backurne/model";
import { closeAll } from "./close.ts";
import { dropUnborn, holdPlace, isHeld, listPlaces, type Place } from "./home.ts";
import { readJournal } from "./journal.ts";
import { findUsers } from "./programs/processes.ts";
import { createNames, type Site } from "./site.ts";
import type { Story } from "./story.ts";

/** ms that other work waits. A backup cluster that hangs, or a clone with much in it, would be waited for much longer. */
const PATIENCE = 10_000;

/**
 * Undoes what has expired, and what nobody ever got to map. What is in use stays as it is; what takes too long goes on until its program
 * has ended, and is left to `unmap`, which waits for it.
 * @returns a line for each that is left.
 */
export async function sweepExpired(
  site: Site,
  { patience = PATIENCE, stop: told }: Waiting = {},
): Promise<readonly string[]> {
  const left: string[] = [];
  await dropUnborn(site);
  const stop = AbortSignal.any([AbortSignal.timeout(patience), ...(told ? [told] : [])]);
  for (const place of await listPlaces(site)) {
    if ((await isHeld(place)) || !(await isOver(place, site))) continue;
    const why = await Promise.race([undo(place, site, stop), endOf(stop, place)]);
    if (why !== undefined) left.push(`${place.id} has expired: ${why}`);
  }
  return left;
}

interface Waiting {
  readonly patience?: number | undefined;
  readonly stop?: AbortSignal | undefined;
}

/** Without a journal nothing was opened. One that cannot be read is somebody's to look at: `list-mapped` shows it. */
async function isOver({ directory }: Place, site: Site): Promise<boolean> {
  const story: Story | "unreadable" | undefined = await readJournal(directory).catch(() => "unreadable" as const);
  if (story === undefined) return true;
  if (story === "unreadable") return false;
  const { expires } = story.header;
  return expires !== undefined && Date.parse(expires) <= site.now();
}

/** Why it is left; undefined: it is undone, or somebody else is at it. */
async function undo(place: Place, site: Site, signal: AbortSignal): Promise<string | undefined> {
  if (signal.aborted) return tooLong(place);
  const held = await holdPlace(place).catch(() => undefined);
  if (held === undefined) return undefined;
  try {
    await using _ = held;
    // Undone newest first it would be gone by half before that shows.
    const users = await findUsers(place.room);
    if (users.length > 0) return `${place.room} is in use by ${users.join(", ")}`;
    await closeAll(held, { site, signal, emit: () => {}, unique: createNames() });
    return undefined;
  } catch (error) {
    return signal.aborted ? tooLong(place) : describeError(error);
  }
}

function endOf(signal: AbortSignal, place: Place): Promise<string> {
  return new Promise((resolve) => {
    const end = (): void => resolve(tooLong(place));
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}

function tooLong({ id }: Place): string {
  return `undoing it takes long, and nothing waits for that but \`backurne unmap ${id}\``;
}
