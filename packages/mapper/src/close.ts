import { BackurneError } from "@backurne/model";
import { leavePlace, type Held } from "./home.ts";
import { continueJournal, readJournal, type Journal, type Step } from "./journal.ts";
import { awaitMarked } from "./programs/processes.ts";
import { contextOf, markOf, type Work } from "./site.ts";
import { describeTrouble } from "./programs/look.ts";
import { KINDS } from "./worklist.ts";

/** Undoes one step, and writes that down. It may have been begun, done, undone already, or lost in a reboot. */
export async function closeStep({ step, layer, record, opened }: Step, work: Work, journal: Journal): Promise<void> {
  const kind = KINDS[layer];
  if (kind === undefined) throw new BackurneError("unexpected", `no such layer: ${layer}`);
  const context = contextOf(work, step);
  work.emit({ kind: "closing", layer, about: aboutOf(record) });
  if (!opened) await context.endProcesses(); // what a dead process had begun would go on
  await kind.close(record, context);
  await awaitMarked(markOf(work, step));
  await journal.write({ kind: "closed", step });
  work.emit({ kind: "closed", layer, about: aboutOf(record) });
}

/** Undoes all that a journal names, newest first, and then there is no such mapping. */
export async function closeAll({ place }: Held, work: Omit<Work, "uuid" | "place">): Promise<void> {
  const story = await readJournal(place.directory);
  if (story !== undefined) {
    const whole = { ...work, place, uuid: story.header.uuid };
    await using journal = await continueJournal(place.directory);
    for (const step of story.steps.toReversed()) {
      await closeStep(step, whole, journal).catch((error: unknown) => {
        if (error instanceof BackurneError && error.code === "held") throw error;
        throw new BackurneError("command", `${place.id} cannot be undone: ${describeTrouble(error)}`, {
          hint: "what was undone stays undone; unmap again goes on from there",
          cause: error,
        });
      });
    }
  }
  await leavePlace(place);
}

/** In words for people: a device, a mount point, a clone. */
export function aboutOf(record: object): string {
  const { device, at, clone, group, path } = record as Readonly<Record<string, string | undefined>>;
  return path ?? device ?? clone ?? group ?? at ?? "";
}
