import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BackurneError } from "@backurne/model";
import { isThere } from "./programs/kernel.ts";
import { lives, ownLife, type Life } from "./programs/processes.ts";

/** Where the mappings of this host are kept: a directory each, and one in `runDir` for its mount points. */
export interface Home {
  readonly stateDir: string;
  readonly runDir: string;
}

export interface Place {
  readonly id: string;
  /** Journal and what programs need. */
  readonly directory: string;
  /** Mount points. */
  readonly room: string;
}

export function placeOf(id: string, { stateDir, runDir }: Home): Place {
  return { id, directory: join(stateDir, "mappings", id), room: join(runDir, id) };
}

/**
 * Made elsewhere, held, and then put where no other is: two who map at the same time get different ones. Its mount points
 * are taken, too, so that no other configuration of this host, which has a `stateDir` of its own, has that number as well.
 */
export async function takePlace(home: Home): Promise<Held> {
  const made = join(home.stateDir, "mappings", `.new-${randomUUID()}`);
  await mkdir(dirname(made), { recursive: true, mode: 0o755 });
  await mkdir(home.runDir, { recursive: true, mode: 0o700 });
  await mkdir(made, { mode: 0o700 });
  const holder = await makeLock(join(made, "lock"));
  for (let number = 1; ; number += 1) {
    const place = placeOf(`m${number}`, home);
    if ((await isThere(place.room)) || !(await renamed(made, place.directory))) continue;
    if (await isNewDirectory(place.room)) return holding(place, holder);
    await rename(place.directory, made);
  }
}

/** In the order in which they were made, more or less. */
export async function listPlaces(home: Home): Promise<readonly Place[]> {
  const names = await readdir(join(home.stateDir, "mappings")).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    return [];
  });
  const ids = names.filter((name) => /^m\d+$/.test(name)).toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
  return ids.map((id) => placeOf(id, home));
}

export interface Held extends AsyncDisposable {
  readonly place: Place;
  /**
   * From now on there is no such mapping; another one may have its number. Where the mount points were never `used`, what
   * took them is still there, and goes; otherwise they went with what was in them, and are somebody else's by now.
   */
  leave(used?: boolean): Promise<void>;
}

/** Whoever maps or unmaps holds the place alone; what a dead process held is free. Disposing it gives it back. */
export async function holdPlace(place: Place): Promise<Held> {
  const lock = lockOf(place);
  const own = `${lock}.${randomUUID()}`;
  const gone = (cause?: unknown) =>
    new BackurneError("not-found", `there is no mapping ${place.id} any more`, { cause });
  const holder = await makeLock(own).catch((cause: unknown) => {
    throw gone(cause);
  });
  while (!(await renamed(own, lock))) {
    const { alive, dead } = await readHolders(lock);
    if (alive !== undefined) {
      await rm(own, { recursive: true, force: true });
      throw new BackurneError("held", `${place.id} is being mapped or unmapped by process ${alive.pid}`, {
        hint: "try again when that has ended",
      });
    }
    for (const name of dead) await rm(join(lock, name), { force: true });
    if (!(await isThere(own))) throw gone();
  }
  return holding(place, holder);
}

function holding(place: Place, holder: string): Held {
  let left = false;
  return {
    place,
    async leave(used = false) {
      if (!used) await rmdir(place.room).catch(() => undefined);
      const aside = join(dirname(place.directory), `.gone-${randomUUID()}`);
      await renamed(place.directory, aside);
      left = true; // what stands there from now on is somebody else's
      await rm(aside, { recursive: true, force: true });
    },
    async [Symbol.asyncDispose]() {
      if (left) return;
      await rm(join(lockOf(place), holder), { force: true });
      await rmdir(lockOf(place)).catch(() => undefined); // somebody has taken it already
    },
  };
}

export async function isHeld(place: Place): Promise<boolean> {
  return (await readHolders(lockOf(place))).alive !== undefined;
}

/** ms; longer than it takes to make a directory and to hold it. */
const UNHELD = 3_600_000;

/** What was taken by a process that died before it was a mapping, or given back by one that died at that. */
export async function dropUnborn({ stateDir }: Home): Promise<void> {
  const directory = join(stateDir, "mappings");
  for (const name of await readdir(directory).catch(() => [])) {
    const path = join(directory, name);
    if (name.startsWith(".gone-") || (name.startsWith(".new-") && (await isAbandoned(path))))
      await rm(path, { recursive: true, force: true }).catch(() => undefined); // another one does it just now
  }
}

async function isAbandoned(made: string): Promise<boolean> {
  const { alive, dead } = await readHolders(join(made, "lock"));
  if (alive !== undefined || dead.length > 0) return alive === undefined;
  const { mtimeMs } = await stat(made).catch(() => ({ mtimeMs: Infinity }));
  return Date.now() - mtimeMs > UNHELD;
}

/**
 * A directory with one file, whose name nobody else has: who takes a dead holder's out cannot take out another's, and the
 * kernel puts a directory over an empty one, but over no other.
 */
const lockOf = ({ directory }: Place): string => join(directory, "lock");

/** @returns the name of the holder in there. */
async function makeLock(path: string): Promise<string> {
  const name = randomUUID();
  await mkdir(path);
  await writeFile(join(path, name), JSON.stringify(await ownLife()));
  return name;
}

async function readHolders(
  lock: string,
): Promise<{ readonly alive: Life | undefined; readonly dead: readonly string[] }> {
  const dead: string[] = [];
  for (const name of await readdir(lock).catch(() => [])) {
    const life = await readLife(join(lock, name));
    if (life !== undefined && (await lives(life))) return { alive: life, dead };
    dead.push(name);
  }
  return { alive: undefined, dead };
}

async function readLife(file: string): Promise<Life | undefined> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error; // it may well live
    return "";
  });
  try {
    return JSON.parse(text) as Life;
  } catch {
    return undefined;
  }
}

/** A directory is never put over one that is not empty. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTEMPTY" || code === "EEXIST" || code === "ENOENT") return false;
    throw error;
  }
}

async function isNewDirectory(path: string): Promise<boolean> {
  return mkdir(path, { mode: 0o700 }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") return false;
      throw error;
    },
  );
}
