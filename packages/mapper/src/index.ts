import type { Mapping } from "@backurne/model";
import { closeAll } from "./close.ts";
import { holdPlace } from "./home.ts";
import { findPlace, listMappings, listOne } from "./list.ts";
import { mapBackups, type MapOptions, type MapRequest } from "./map.ts";
import { requireKernel, requireRoot } from "./require.ts";
import { createNames, type Site } from "./site.ts";
import { sweepExpired } from "./sweep.ts";

export type { MapOptions, MapRequest } from "./map.ts";
export type { Site as MapperSite } from "./site.ts";

/** Opens backups as block devices and file systems of this host, and closes them again: by a journal on disk. */
export interface Mapper {
  /** @throws BackurneError `usage` where this host cannot: without root, or without nbd. */
  check(): Promise<void>;
  /** @throws BackurneError `usage` as `check` does; nothing is left behind then, or whatever else goes wrong. */
  map(request: MapRequest, options?: MapOptions): Promise<Mapping>;
  /** Undoes what the journal says, newest first. @throws BackurneError `held` when somebody uses it. */
  unmap(id: string, options?: MapOptions): Promise<void>;
  /** One whose journal cannot be read is in it, as `unreadable`. */
  list(): Promise<readonly Mapping[]>;
  /** One of them, the others not looked at. @throws BackurneError `not-found` */
  find(id: string): Promise<Mapping>;
  /**
   * Undoes what has expired and nobody uses; asks nothing where nothing is mapped. `patience`: ms that it is waited for, 10 s; no
   * longer than until `stop`.
   * @returns a line for each that is left.
   */
  sweep(patience?: number, stop?: AbortSignal): Promise<readonly string[]>;
}

export function openMapper(site: Site): Mapper {
  return {
    check: () => requireKernel(site),
    map: (request, options) => mapBackups(site, request, options),
    async unmap(id, { signal, onEvent = () => {} } = {}) {
      requireRoot();
      await using held = await holdPlace(await findPlace(site, id));
      await closeAll(held, { site, signal, emit: onEvent, unique: createNames() });
    },
    list: () => listMappings(site),
    find: async (id) => listOne(site, await findPlace(site, id)),
    sweep: async (patience, stop) => (process.getuid?.() === 0 ? sweepExpired(site, { patience, stop }) : []),
  };
}
