import { BackurneError, describeError, printable, type Mapping } from "@backurne/model";
import { isHeld, listPlaces, type Place } from "./home.ts";
import { hasRebooted, journalIn, readJournal } from "./journal.ts";
import { contextOf, createNames, type Site } from "./site.ts";
import { Unreadable, type Story } from "./story.ts";
import { KINDS } from "./worklist.ts";

/** Journal and reality side by side. */
export async function listMappings(site: Site): Promise<readonly Mapping[]> {
  const found: Mapping[] = [];
  for (const place of await listPlaces(site)) {
    const mapping = await look(site, place);
    if (mapping !== undefined) found.push(mapping);
  }
  return found;
}

/** @throws BackurneError `not-found` */
export async function findPlace(site: Site, id: string): Promise<Place> {
  const place = (await listPlaces(site)).find((one) => one.id === id);
  if (place === undefined) throw unknown(id);
  return place;
}

/** @throws BackurneError `not-found` */
export async function listOne(site: Site, place: Place): Promise<Mapping> {
  const mapping = await look(site, place);
  if (mapping === undefined) throw unknown(place.id);
  return mapping;
}

function unknown(id: string): BackurneError {
  return new BackurneError("not-found", `there is no mapping ${printable(id)}`, {
    hint: "`backurne list-mapped` shows them",
  });
}

/** undefined: nobody has begun to map there. One that cannot be read is a finding: the others are shown as usual. */
async function look(site: Site, place: Place): Promise<Mapping | undefined> {
  try {
    const story = await readJournal(place.directory);
    return story && (await describe(site, place, story));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EACCES") throw new BackurneError("usage", "what is mapped is root's to see", { hint: "as root" });
    if (!(error instanceof Unreadable) && code !== "EIO") throw error;
    const hint = error instanceof Unreadable ? [error.hint ?? ""] : [];
    const why = `${describeError(error)} (${journalIn(place.directory)})`;
    return { id: place.id, backups: [], state: "unreadable", differences: [why, ...hint], devices: [] };
  }
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
  if (await hasRebooted(header)) return ["this host was booted again since: nothing of it is open"];
  const work = { site, place, uuid: header.uuid, emit: () => {}, unique: createNames() };
  const missing: string[] = [];
  for (const { layer, record, step } of steps)
    missing.push(...((await KINDS[layer]?.missing(record, contextOf(work, step))) ?? []));
  return missing;
}
