import type { Dir } from "node:fs";
import { BackurneError } from "@backurne/model";
import { kindOf, openToList, readLinkAt, statAt, type Kind } from "./at.ts";
import { isName, showName, showPath, type Path } from "./names.ts";
import type { Found, Tree } from "./tree.ts";
import { explain } from "./trouble.ts";

export interface Entry {
  readonly name: Buffer;
  readonly kind: Kind;
  /** Bytes of a file. */
  readonly size: number;
  /** ISO 8601; undefined: a moment beyond all dates. */
  readonly modified: string | undefined;
  /** Of a link, for people: where it says it leads. */
  readonly target?: string | undefined;
  /** Of a link: what is there; undefined: nothing that could be entered, or the links of this page lead too far to say. */
  readonly leads?: Kind | undefined;
}

export interface DirectoryPage {
  /** By the bytes of their names. */
  readonly entries: readonly Entry[];
  /** Of all pages. */
  readonly total: number;
  /** More of them come after the last one. */
  readonly more: boolean;
}

export interface PageOptions {
  /** Only names behind this one. */
  readonly after?: Buffer | undefined;
  readonly limit: number;
  /** Nobody waits for it any more. */
  readonly signal?: AbortSignal | undefined;
}

/** Names entered for all links of a page: each of a thousand may lead to and fro ten thousand times. */
const STEPS = 20_000;

/** One page of a directory. However many entries it has, no more of them are kept than the page has. @throws BackurneError `interrupted` by its signal. */
export async function listDirectory(tree: Tree, path: Path, options: PageOptions): Promise<DirectoryPage> {
  await using directory = await tree.find(path);
  if (directory.kind !== "directory") throw new BackurneError("usage", `${showPath(path)} is no directory`);
  try {
    const { names, total, more } = await chooseNames(await openToList(directory.handle), options);
    const entries: Entry[] = [];
    const leadOf = openLeads(tree, directory);
    for (const name of names) {
      goOn(options);
      const entry = await describe(directory, name, leadOf);
      if (entry) entries.push(entry);
    }
    return { entries, total, more };
  } catch (error) {
    throw explain(error, path);
  }
}

/** The least names behind `after`. */
async function chooseNames(directory: Dir, options: PageOptions) {
  const { after, limit } = options;
  const names: Buffer[] = [];
  let total = 0;
  let more = false;
  for await (const entry of directory) {
    goOn(options);
    const name = entry.name as unknown as Buffer;
    if (!isName(name)) continue;
    total += 1;
    if (after && Buffer.compare(name, after) <= 0) continue;
    if (names.length === limit) {
      more = true;
      if (Buffer.compare(name, names.at(-1)!) > 0) continue;
      names.pop();
    }
    names.splice(placeOf(name, names), 0, name);
  }
  return { names, total, more };
}

function placeOf(name: Buffer, sorted: readonly Buffer[]): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Buffer.compare(sorted[middle]!, name) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Undefined: it has gone meanwhile. */
async function describe(
  directory: Found,
  name: Buffer,
  leadOf: ReturnType<typeof openLeads>,
): Promise<Entry | undefined> {
  try {
    const stats = await statAt(directory.handle, name);
    const kind = kindOf(stats);
    const entry = { name, kind, size: Number(stats.size), modified: momentOf(stats.mtimeMs) };
    if (kind !== "link") return entry;
    const target = showName(await readLinkAt(directory.handle, name));
    return { ...entry, target, leads: await leadOf(name) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EINVAL") return undefined;
    throw explain(error, [...directory.path, name]);
  }
}

function openLeads(tree: Tree, directory: Found): (name: Buffer) => Promise<Kind | undefined> {
  const steps = { left: STEPS };
  return async (name) => {
    try {
      await using found = await tree.find([name], directory, steps);
      return found.kind;
    } catch {
      return undefined;
    }
  };
}

function goOn({ signal }: PageOptions): void {
  if (signal?.aborted) throw new BackurneError("interrupted", "nobody waits for this directory any more");
}

/** A guest may say that a file is of any time at all. */
export function momentOf(milliseconds: bigint): string | undefined {
  const date = new Date(Number(milliseconds));
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
