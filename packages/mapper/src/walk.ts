import { constants } from "node:fs";
import { lstat, open, readdir, type FileHandle } from "node:fs/promises";
import { BackurneError, printable } from "@backurne/model";

/** How deep, how far, and to how many findings a guest can lead us. */
const DEPTH = 8;
const ENTRIES = 20_000;
const FINDINGS = 500;
/** Names in one message. */
const SHOWN = 20;

/** A file or directory of a datastore that could not be looked at. */
export interface Unseen {
  readonly path: string;
  readonly why: string;
}

export interface Walked {
  readonly disks: readonly string[];
  readonly unseen: readonly Unseen[];
}

/**
 * The disks in a datastore, by their paths in it. A directory is entered by its name in the directory that is open, and
 * only if it is one: no link is ever followed, and none can be put there meanwhile. What cannot be looked at is said, and
 * hides nothing else. @throws where the root itself cannot be read.
 */
export async function findDisks(root: string): Promise<Walked> {
  const disks: string[] = [];
  const unseen: Unseen[] = [];
  let left = ENTRIES;

  async function enter(path: string, within: string): Promise<void> {
    await using directory = await openDirectory(path);
    const here = `/proc/self/fd/${directory.fd}`;
    // Not by the types that readdir tells: where the file system has none, Node asks for all of them, and fails for one.
    for (const name of (await readdir(here)).toSorted()) {
      if (left <= 0) return;
      left -= 1;
      const full = disks.length + unseen.length >= FINDINGS;
      if (left === 0 || full) {
        unseen.push({ path: within || ".", why: `there is more in it: too much to look at all of it` });
        left = 0;
        return;
      }
      await meet(name, here, within).catch((error: unknown) => {
        unseen.push({ path: `${within}${name}`, why: describe(error) });
      });
    }
  }

  async function meet(name: string, here: string, within: string): Promise<void> {
    const kind = await lstat(`${here}/${name}`);
    if (kind.isFile() && isDisk(name)) disks.push(`${within}${name}`);
    if (!kind.isDirectory()) return;
    if (within.split("/").length < DEPTH) await enter(`${here}/${name}`, `${within}${name}/`);
    else unseen.push({ path: `${within}${name}`, why: "nested too deep to be looked at" });
  }

  await enter(root, "");
  return { disks, unseen };
}

function openDirectory(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
}

/** `EIO: i/o error, lstat '/proc/…'`: where that was, its place in the tree says better. */
function describe(error: unknown): string {
  const { message } = error as Error;
  return /^[A-Z0-9]+: ([^,]+)/.exec(message)?.[1] ?? message;
}

/** What holds the bytes; the file of the same name without `-flat` describes it, and is not believed. */
function isDisk(name: string): boolean {
  return /-flat\.vmdk$/i.test(name);
}

/** @throws BackurneError `not-found` where one is asked for that none of these is. */
export function refuseUnknown(asked: string | undefined, disks: readonly string[]): void {
  if (asked === undefined || asked === "all" || disks.some((path) => isAsked(path, asked))) return;
  const shown = disks.slice(0, SHOWN).map((path) => printable(path));
  const more = disks.length > SHOWN ? `, and ${disks.length - SHOWN} more` : "";
  throw new BackurneError("not-found", `no disk in a datastore fits ${printable(asked)}`, {
    hint:
      disks.length > 0
        ? `there are ${shown.join(", ")}${more}`
        : "no such disk is found at all: map it without, to see why",
  });
}

/** Whether that is the disk a person means: by its path, its name, with or without `-flat` and `.vmdk`. */
export function isAsked(path: string, asked: string | undefined): boolean {
  if (asked === undefined) return false;
  if (asked === "all") return true;
  const bare = (name: string): string => name.replace(/(-flat)?(\.vmdk)?$/i, "");
  return bare(path) === bare(asked) || bare(path.split("/").at(-1) ?? "") === bare(asked);
}
