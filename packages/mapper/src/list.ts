import { BackurneError, type Mapping } from "@backurne/model";
import { isHeld, listPlaces, type Place } from "./home.ts";
import { readJournal, type Story } from "./journal.ts";
import { contextOf, createNames, type Site } from "./site.ts";
import { KINDS } from "./worklist.ts";

/** Journal and reality side by side. */
export async function listMappings(site: Site): Promise<readonly Mapping[]> {
  const found: Mapping[] = [];
  for (const place of await listPlaces(site)) {
    const story = await readJournal(place.directory).catch(sayWhose);
    if (story !== undefined) found.push(await describe(site, place, story));
  }
  return found;
}

/** @throws BackurneError `usage` for whoever must not read what root has mapped. */
function sayWhose(error: unknown): never {
  if ((error as NodeJS.ErrnoException).code !== "EACCES") throw error;
  throw new BackurneError("usage", "what is mapped is root's to see", { hint: "as root" });
}

export async function listOne(site: Site, place: Place): Promise<Mapping> {
  const story = await readJournal(place.directory);
  if (story === undefined) throw new BackurneError("not-found", `there is no mapping ${place.id}`);
  return describe(site, place, story);
}

async function describe(site: Site, place: Place, story: Story): Promise<Mapping> {
  const { header, devices, ready } = story;
  const { id, backups, by, since, expires } = header;
  const differences = ready ? await compare(site, place, story) : [];
  const unfinished = (await isHeld(place)) ? "opening" : "interrupted";
  const state = ready ? (differences.length > 0 ? "differs" : "ok") : unfinished;
  return { id, backups, by, since, expires, state, differences, devices };
}

async function compare(site: Site, place: Place, { header, steps }: Story): Promise<readonly string[]> {
  const work = { site, place, uuid: header.uuid, emit: () => {}, unique: createNames() };
  const missing: string[] = [];
  for (const { layer, record, step } of steps)
    missing.push(...((await KINDS[layer]?.missing(record, contextOf(work, step))) ?? []));
  return missing;
}
