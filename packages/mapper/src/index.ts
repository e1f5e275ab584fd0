import { BackurneError, describeError, type Mapping, type MappingEvent } from "@backurne/model";
import { closeAll } from "./close.ts";
import { dropUnborn, holdPlace, isHeld, listPlaces, type Place } from "./home.ts";
import { readJournal } from "./journal.ts";
import { listMappings } from "./list.ts";
import { mapBackups, type MapOptions, type MapRequest } from "./map.ts";
import { requireKernel, requireRoot } from "./require.ts";
import { createNames, type Site } from "./site.ts";

export type { MapOptions, MapRequest } from "./map.ts";
export type { Site as MapperSite } from "./site.ts";

/** Opens backups as block devices and file systems of this host, and closes them again: by a journal on disk. */
export interface Mapper {
  /** @throws BackurneError `usage` where this host cannot: without root, or without nbd. */
  check(): Promise<void>;
  /** @throws BackurneError `usage` as `check` does; nothing is left behind then, or whatever else goes wrong. */
  map(request: MapRequest, options?: MapOptions): Promise<Mapping>;
  /** Undoes what the journal says, newest first. @throws BackurneError `held` when somebody uses it. */
  unmap(id: string, onEvent?: (event: MappingEvent) => void): Promise<void>;
  list(): Promise<readonly Mapping[]>;
  /** Undoes what has expired and nobody uses; asks nothing where nothing is mapped. @returns what could not be undone. */
  sweep(): Promise<readonly string[]>;
}

export function openMapper(site: Site): Mapper {
  const unmap = async (place: Place, emit: (event: MappingEvent) => void = () => {}): Promise<void> => {
    await using held = await holdPlace(place);
    await closeAll(held, { site, emit, unique: createNames() });
  };
  return {
    check: () => requireKernel(site),
    map: (request, options) => mapBackups(site, request, options),
    async unmap(id, onEvent) {
      requireRoot();
      const place = (await listPlaces(site)).find((one) => one.id === id);
      if (place === undefined) {
        throw new BackurneError("not-found", `there is no mapping ${id}`, {
          hint: "`backurne list-mapped` shows them",
        });
      }
      await unmap(place, onEvent);
    },
    list: () => listMappings(site),
    async sweep() {
      const left: string[] = [];
      if (process.getuid?.() !== 0) return left;
      await dropUnborn(site);
      for (const place of await listPlaces(site)) {
        if (await isHeld(place)) continue;
        const story = await readJournal(place.directory).catch(() => undefined);
        const { expires } = story?.header ?? {};
        if (expires === undefined || Date.parse(expires) > site.now()) continue;
        await unmap(place).catch((error: unknown) => left.push(`${place.id} has expired: ${describeError(error)}`));
      }
      return left;
    },
  };
}
