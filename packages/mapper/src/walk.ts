import { constants, type Dirent } from "node:fs";
import { open, readdir, type FileHandle } from "node:fs/promises";

/** How deep, and how far, a guest can lead us. */
const DEPTH = 8;
const ENTRIES = 20_000;

/**
 * Paths of the disks in a datastore, relative to it. A directory is entered by its name in the directory that is open, and
 * only if it is one: no link is ever followed, and none can be put there meanwhile.
 */
export async function findDisks(root: string): Promise<readonly string[]> {
  const found: string[] = [];
  let left = ENTRIES;

  async function enter(path: string, within: string): Promise<void> {
    await using directory = await openDirectory(path);
    const here = `/proc/self/fd/${directory.fd}`;
    for (const entry of (await readdir(here, { withFileTypes: true })).toSorted(byName)) {
      if ((left -= 1) < 0) return;
      const name = `${within}${entry.name}`;
      if (entry.isFile() && isDisk(entry.name)) found.push(name);
      else if (entry.isDirectory() && name.split("/").length < DEPTH) await enter(`${here}/${entry.name}`, `${name}/`);
    }
  }

  await enter(root, "");
  return found;
}

function openDirectory(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1;
}

/** What holds the bytes; the file of the same name without `-flat` describes it, and is not believed. */
function isDisk(name: string): boolean {
  return /-flat\.vmdk$/i.test(name);
}

/** Whether that is the disk a person means: by its path, its name, with or without `-flat` and `.vmdk`. */
export function isAsked(path: string, asked: string | undefined): boolean {
  if (asked === undefined) return false;
  if (asked === "all") return true;
  const bare = (name: string): string => name.replace(/(-flat)?(\.vmdk)?$/i, "");
  return bare(path) === bare(asked) || bare(path.split("/").at(-1) ?? "") === bare(asked);
}
