import { open, readFile, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ownLife } from "./programs/processes.ts";
import { foldJournal, type Entry, type Header, type Story } from "./story.ts";

export interface Journal extends AsyncDisposable {
  /** Returns when it stands on the disk. */
  write(entry: Entry): Promise<void>;
}

export const journalIn = (directory: string): string => join(directory, "journal");

export async function beginJournal(directory: string, header: Header): Promise<Journal> {
  return journalOn(await open(journalIn(directory), "ax", 0o600), { directory, first: header });
}

export async function continueJournal(directory: string): Promise<Journal> {
  return journalOn(await open(journalIn(directory), "a", 0o600), { directory });
}

async function journalOn(
  file: FileHandle,
  { directory, first }: { readonly directory: string; readonly first?: Header },
): Promise<Journal> {
  // A line that was cut by a crash is ended first: it says nothing, and must not spoil the next one.
  let before = first === undefined ? "\n" : "";
  const write = async (line: object): Promise<void> => {
    await file.appendFile(`${before}${JSON.stringify(line)}\n`);
    before = "";
    await file.datasync();
  };
  if (first !== undefined) {
    await write(first);
    await Promise.all([syncDirectory(directory), syncDirectory(dirname(directory))]);
  }
  return { write, [Symbol.asyncDispose]: () => file.close() };
}

async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path);
  await directory.sync();
}

/** undefined: there is none, or it was cut before its first line stood, when nothing had been opened. @throws Unreadable */
export async function readJournal(directory: string): Promise<Story | undefined> {
  const text = await readFile(journalIn(directory), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    return "";
  });
  return foldJournal(text);
}

/** Whether this host was booted again since that was written. */
export async function hasRebooted({ boot }: Header): Promise<boolean> {
  return boot !== (await ownLife()).boot;
}
