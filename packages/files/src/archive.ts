import { BackurneError } from "@backurne/model";
import { showPath, type Path } from "./names.ts";
import { packTar, type PackOptions } from "./tar.ts";
import { openTree } from "./tree.ts";
import { packZip } from "./zip.ts";

const PACKERS = { tar: packTar, zip: packZip } as const;
export type ArchiveFormat = keyof typeof PACKERS;

/** Where in which tree. */
export interface Place {
  /** Directory on this host. */
  readonly root: string;
  readonly path: Path;
}

/**
 * A directory as a stream. It ends only when all of it went well, and is rejected otherwise, with an end of which every
 * unpacker says that it is none.
 * @throws BackurneError at once when there is no such directory: nothing is open before the first byte is asked for.
 */
export async function openArchive(
  place: Place,
  format: ArchiveFormat,
  options: PackOptions,
): Promise<AsyncIterable<Uint8Array>> {
  await using tree = await openTree(place.root);
  await using directory = await tree.find(place.path);
  if (directory.kind !== "directory") throw new BackurneError("usage", `${showPath(place.path)} is no directory`);
  return pack(place, format, options);
}

async function* pack({ root, path }: Place, format: ArchiveFormat, options: PackOptions): AsyncGenerator<Uint8Array> {
  await using tree = await openTree(root);
  await using directory = await tree.find(path);
  yield* PACKERS[format](tree, directory, options);
}
