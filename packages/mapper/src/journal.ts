import { open, readFile, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BackurneError, type MappedBackup, type MappedDevice } from "@backurne/model";

/** The first line: who maps what. */
export interface Header {
  readonly version: 1;
  readonly id: string;
  /** By which its processes are known, for ever unlike any other. */
  readonly uuid: string;
  readonly room: string;
  readonly backups: readonly MappedBackup[];
  readonly by: string;
  readonly since: string;
  readonly expires?: string | undefined;
}

/** Every other line. `opening` stands on the disk before anything is opened. */
export type Entry =
  | { readonly kind: "opening"; readonly step: number; readonly layer: string; readonly record: object }
  | { readonly kind: "opened"; readonly step: number }
  | { readonly kind: "closed"; readonly step: number }
  | { readonly kind: "device"; readonly device: MappedDevice }
  /** `map` has done all it could. */
  | { readonly kind: "ready" };

export interface Step {
  readonly step: number;
  readonly layer: string;
  readonly record: object;
  readonly opened: boolean;
}

/** What a journal adds up to. */
export interface Story {
  readonly header: Header;
  /** Whatever is not closed, oldest first. */
  readonly steps: readonly Step[];
  readonly devices: readonly MappedDevice[];
  readonly ready: boolean;
}

export interface Journal extends AsyncDisposable {
  /** Returns when it stands on the disk. */
  write(entry: Entry): Promise<void>;
}

const fileIn = (directory: string): string => join(directory, "journal");

export async function beginJournal(directory: string, header: Header): Promise<Journal> {
  return journalOn(await open(fileIn(directory), "ax", 0o600), { directory, first: header });
}

export async function continueJournal(directory: string): Promise<Journal> {
  return journalOn(await open(fileIn(directory), "a", 0o600), { directory });
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

/** undefined: there is none, or it was cut before its first line stood, when nothing had been opened. */
export async function readJournal(directory: string): Promise<Story | undefined> {
  const text = await readFile(fileIn(directory), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    return "";
  });
  return foldJournal(text);
}

export function foldJournal(text: string): Story | undefined {
  const lines = text.split("\n").filter((line) => line !== "");
  const [first, ...rest] = lines.map(parse);
  if (first === undefined) {
    if (lines.length > 1) throw unreadable();
    return undefined;
  }
  const header = first as Header;
  if (header.version !== 1) throw unreadable();
  const steps = new Map<number, Step>();
  const devices: MappedDevice[] = [];
  let ready = false;
  for (const entry of rest as readonly (Entry | undefined)[]) {
    if (entry?.kind === "opening") steps.set(entry.step, { ...entry, opened: false });
    if (entry?.kind === "opened") steps.set(entry.step, { ...steps.get(entry.step)!, opened: true });
    if (entry?.kind === "closed") {
      steps.delete(entry.step);
      ready = false; // `map` closes only before it is ready, so somebody is undoing it
    }
    if (entry?.kind === "device") devices.push(entry.device);
    if (entry?.kind === "ready") ready = true;
  }
  return { header, steps: [...steps.values()], devices, ready };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // cut: what it would have said was not begun
  }
}

function unreadable(): BackurneError {
  return new BackurneError("unexpected", "a journal of a mapping was written by another version", {
    hint: "unmap with the version that mapped",
  });
}
