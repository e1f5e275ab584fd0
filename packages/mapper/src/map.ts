import { randomUUID } from "node:crypto";
import {
  BackurneError,
  describeError,
  type LeftOut,
  type MappedBackup,
  type Mapping,
  type MappingEvent,
} from "@backurne/model";
import { closeAll } from "./close.ts";
import { takePlace } from "./home.ts";
import { beginJournal } from "./journal.ts";
import { listOne } from "./list.ts";
import { openBackups } from "./open.ts";
import { ownLife } from "./programs/processes.ts";
import { requireKernel } from "./require.ts";
import { createNames, type Site, type Work } from "./site.ts";
import type { Header } from "./story.ts";

export interface MapRequest {
  /** Disks of one guest together: what spans them is opened as a whole. */
  readonly backups: readonly MappedBackup[];
  /** What else is of that guest: shown in the tree, and not opened. */
  readonly left?: readonly LeftOut[] | undefined;
  /** Which disks in a datastore are opened: a path or name in it, or `all`. */
  readonly vmdk?: string | undefined;
  /** ms until it may be undone by whatever command comes. */
  readonly lifetime?: number | undefined;
}

export interface MapOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: MappingEvent) => void) | undefined;
}

/** Opens all there is in these backups. A failure leaves nothing; what cannot be opened is left, with the reason. */
export async function mapBackups(site: Site, request: MapRequest, options: MapOptions = {}): Promise<Mapping> {
  await requireKernel(site);
  await using held = await takePlace(site);
  const { place } = held;
  const emit = options.onEvent ?? (() => {});
  const work: Work = {
    site,
    place,
    uuid: randomUUID(),
    vmdk: request.vmdk,
    signal: options.signal,
    emit,
    unique: createNames(),
  };
  try {
    await using journal = await beginJournal(place.directory, await headerOf(work, request));
    await openBackups(request, work, journal);
    await journal.write({ kind: "ready" });
  } catch (error) {
    await closeAll(held, { site, emit, unique: work.unique }).catch((left: unknown) => {
      throw new BackurneError(
        "command",
        `${describeError(error)}; and not all could be undone: ${describeError(left)}`,
        {
          hint: `backurne unmap ${place.id} tries again`,
          cause: error,
        },
      );
    });
    if (options.signal?.aborted)
      throw new BackurneError("interrupted", "map was interrupted: all is undone", { cause: error });
    throw error;
  }
  return listOne(site, place);
}

async function headerOf({ site, place, uuid }: Work, { backups, lifetime }: MapRequest): Promise<Header> {
  const now = site.now();
  const { boot } = await ownLife();
  return {
    version: 1,
    id: place.id,
    uuid,
    boot,
    room: place.room,
    backups,
    by: site.by,
    since: new Date(now).toISOString(),
    ...(lifetime !== undefined && { expires: new Date(now + lifetime).toISOString() }),
  };
}
