import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BackurneError } from "@backurne/model";
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

/** Made elsewhere, held, and then put where no other is: two who map at the same time get different ones. */
export async function takePlace(home: Home): Promise<Held> {
  const made = join(home.stateDir, "mappings", `.new-${randomUUID()}`);
  await mkdir(dirname(made), { recursive: true, mode: 0o755 });
  await mkdir(made, { mode: 0o700 });
  await makeLock(join(made, "lock"));
  for (let number = 1; ; number += 1) {
    const place = placeOf(`m${number}`, home);
    if (await exists(place.room)) continue; // of another configuration on this host
    if (await renamed(made, place.directory)) return { place, [Symbol.asyncDispose]: () => drop(lockOf(place)) };
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

export async function leavePlace({ directory }: Place): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}

export interface Held extends AsyncDisposable {
  readonly place: Place;
}

/** Whoever maps or unmaps holds the place alone; what a dead process held is free. Disposing it gives it back. */
export async function holdPlace(place: Place): Promise<Held> {
  const lock = lockOf(place);
  const own = `${lock}.${randomUUID()}`;
  await makeLock(own).catch((cause: unknown) => {
    throw new BackurneError("not-found", `there is no mapping ${place.id} any more`, { cause });
  });
  while (!(await renamed(own, lock))) {
    const holder = await holderOf(lock);
    if (holder !== undefined && (await lives(holder))) {
      await drop(own);
      throw new BackurneError("held", `${place.id} is being mapped or unmapped by process ${holder.pid}`, {
        hint: "try again when that has ended",
      });
    }
    await takeAway(lock, `${own}.dead`);
  }
  return { place, [Symbol.asyncDispose]: () => drop(lock) };
}

/** A dead one's. Whoever finds that somebody was quicker, and lives, puts it back. */
async function takeAway(lock: string, aside: string): Promise<void> {
  if (!(await renamed(lock, aside))) return;
  const holder = await holderOf(aside);
  if (holder !== undefined && (await lives(holder))) await renamed(aside, lock);
  else await drop(aside);
}

export async function isHeld(place: Place): Promise<boolean> {
  const holder = await holderOf(lockOf(place));
  return holder !== undefined && lives(holder);
}

/** What was taken by a process that died before it was a mapping. */
export async function dropUnborn({ stateDir }: Home): Promise<void> {
  const directory = join(stateDir, "mappings");
  const names = await readdir(directory).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(".new-"))) {
    const holder = await holderOf(join(directory, name, "lock"));
    if (holder !== undefined && !(await lives(holder)))
      await rm(join(directory, name), { recursive: true, force: true });
  }
}

const lockOf = ({ directory }: Place): string => join(directory, "lock");

async function makeLock(path: string): Promise<void> {
  await mkdir(path);
  await writeFile(join(path, "holder"), JSON.stringify(await ownLife()));
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

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function holderOf(lock: string): Promise<Life | undefined> {
  const text = await readFile(join(lock, "holder"), "utf8").catch(() => "");
  try {
    return JSON.parse(text) as Life;
  } catch {
    return undefined;
  }
}

async function drop(lock: string): Promise<void> {
  await rm(lock, { recursive: true, force: true });
}
