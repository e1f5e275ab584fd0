import {
  BackurneError,
  parseMarks,
  type MappedBackup,
  type Mapping,
  type MappingEvent,
  type Unmapped,
} from "@backurne/model";
import { doubtsOf } from "../doubts.ts";
import type { House } from "../house.ts";
import { survey } from "../list.ts";
import { chooseBackups, readWanted, type Wanted } from "./choose.ts";
import { findMapping, type UnmapRequest } from "./find.ts";

export interface MapImagesRequest extends Wanted {
  /** Further disks to be opened together with it, each as IMAGE@SNAPSHOT. */
  readonly with?: readonly string[] | undefined;
  /** Disks in a datastore that are to be opened, too: a path or a name in it, or `all`. */
  readonly vmdk?: string | undefined;
  /** ms; afterwards the next command undoes it, unless it is in use. */
  readonly lifetime?: number | undefined;
}

export interface MapImagesOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: MappingEvent) => void) | undefined;
}

/** Opens backups to look into. What is written there goes into clones that are thrown away: the backups stay as they are. */
export async function mapImages(
  house: House,
  { image, snapshot, with: others = [], vmdk, lifetime }: MapImagesRequest,
  options: MapImagesOptions = {},
): Promise<Mapping> {
  if (lifetime !== undefined && Number.isNaN(new Date(house.now() + lifetime).getTime()))
    throw new BackurneError("usage", "that is longer than time goes on", {
      hint: "without a time it stays until unmap",
    });
  await house.mapper.check(); // said at once, and not after all clusters were asked
  const wanted = [{ image, snapshot }, ...others.map(readWanted)];
  const { backups, left } = chooseBackups(wanted, await survey(house), house.settings.timezone);
  const doubted = await Promise.all(backups.map((backup) => addDoubts(backup, house)));
  return house.mapper.map({ backups: doubted, left, vmdk, lifetime }, options);
}

/** By what the image says of itself, not by what the catalog remembers of it. */
async function addDoubts(one: MappedBackup, { backup }: Pick<House, "backup">): Promise<MappedBackup> {
  const doubts = doubtsOf(parseMarks((await backup.metadata(one.image)) ?? {}));
  return doubts.length > 0 ? { ...one, doubts } : one;
}

export async function unmapImages(
  { mapper, settings }: Pick<House, "mapper" | "settings">,
  request: UnmapRequest,
  options: MapImagesOptions = {},
): Promise<Unmapped> {
  const { id, backups } = findMapping(request, await mapper.list(), settings.timezone);
  await mapper.unmap(id, options);
  return { version: 1, kind: "unmapped", mappings: [{ id, backups }] };
}
