import { BackurneError } from "@backurne/model";
import type { Held } from "./home.ts";
import { continueJournal, hasRebooted, journalIn, readJournal, type Journal } from "./journal.ts";
import { awaitMarked } from "./programs/processes.ts";
import { describeTrouble } from "./programs/look.ts";
import { contextOf, markOf, type Work } from "./site.ts";
import { Unreadable, type Step, type Story } from "./story.ts";
import { KINDS } from "./worklist.ts";

/** What the cluster has of a mapping: all else is the kernel's, and gone with a reboot. */
const LASTING = new Set(["disk"]);

/** Undoes one step, and writes that down. It may have been begun, done, undone already, or lost in a reboot. */
export async function closeStep({ step, layer, record, opened }: Step, work: Work, journal: Journal): Promise<void> {
  const kind = KINDS[layer];
  if (kind === undefined) throw new BackurneError("unexpected", `no such layer: ${layer}`);
  const context = contextOf(work, step);
  work.emit({ kind: "closing", layer, about: aboutOf(record) });
  if (!opened) await context.endProcesses(); // what a dead process had begun would go on
  // Devices and mounts that have these names after a reboot are somebody else's.
  if (work.rebooted !== true || LASTING.has(layer)) await kind.close(record, context);
  await awaitMarked(markOf(work, step));
  await journal.write({ kind: "closed", step });
  work.emit({ kind: "closed", layer, about: aboutOf(record) });
}

/** Undoes all that a journal names, newest first, and then there is no such mapping. */
export async function closeAll(held: Held, work: Omit<Work, "uuid" | "place" | "rebooted">): Promise<void> {
  const { place } = held;
  const story = await readStory(held);
  const rebooted = story !== undefined && (await hasRebooted(story.header));
  if (story !== undefined) {
    const { header, steps } = story;
    const whole = { ...work, place, uuid: header.uuid, rebooted };
    await using journal = await continueJournal(place.directory);
    for (const step of steps.toReversed()) {
      await closeStep(step, whole, journal).catch((error: unknown) => {
        if (error instanceof BackurneError && error.code === "held") throw error;
        if (work.signal?.aborted) throw interrupted(place.id, error);
        throw new BackurneError("command", `${place.id} cannot be undone: ${describeTrouble(error)}`, {
          hint: "what was undone stays undone; unmap again goes on from there",
          cause: error,
        });
      });
    }
  }
  await held.leave(story?.used || rebooted);
}

async function readStory({ place: { id, directory } }: Held): Promise<Story | undefined> {
  return readJournal(directory).catch((error: unknown) => {
    if (!(error instanceof Unreadable)) throw error;
    const { message, hint } = error;
    throw new BackurneError("refused", `${id} cannot be undone: ${message} (${journalIn(directory)})`, { hint });
  });
}

function interrupted(id: string, cause: unknown): BackurneError {
  return new BackurneError("interrupted", `unmap of ${id} was interrupted: what was undone stays undone`, {
    hint: "unmap again goes on from there",
    cause,
  });
}

/** In words for people: a device, a mount point, a clone. */
export function aboutOf(record: object): string {
  const { device, at, clone, group, path } = record as Readonly<Record<string, string | undefined>>;
  return path ?? device ?? clone ?? group ?? at ?? "";
}
