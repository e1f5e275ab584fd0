import { BackurneError, type MappedBackup, type MappedDevice } from "@backurne/model";
import { z } from "zod";

/** The first line of a journal: who maps what. */
export interface Header {
  readonly version: 1;
  readonly id: string;
  /** By which its processes are known, for ever unlike any other. */
  readonly uuid: string;
  /** The kernel's name of that boot. What it had opened is gone with it, and the names may be somebody else's since. */
  readonly boot: string;
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
  /** Something of it was begun, be it undone since. Nothing: its mount points are taken, and that is all. */
  readonly used: boolean;
}

/** Why a journal cannot be followed; nothing of it is guessed at. */
export class Unreadable extends BackurneError {
  constructor(why: string, hint: string) {
    super("refused", why, { hint });
    this.name = "Unreadable";
  }
}

/** undefined: it was cut before its first line stood, when nothing had been opened. @throws Unreadable */
export function foldJournal(text: string): Story | undefined {
  const lines = text.split("\n").filter((line) => line !== "");
  const [first, ...rest] = lines.map(parse);
  if (first === undefined) {
    if (lines.length > 1) throw broken(1);
    return undefined;
  }
  const header = readHeader(first);
  const steps = new Map<number, Step>();
  const devices: MappedDevice[] = [];
  let ready = false;
  for (const [index, line] of rest.entries()) {
    if (line === undefined) continue;
    const entry = readEntry(line, index + 2);
    switch (entry.kind) {
      case "opening":
        steps.set(entry.step, { ...entry, opened: false });
        break;
      case "opened": {
        const begun = steps.get(entry.step);
        if (begun === undefined) throw broken(index + 2);
        steps.set(entry.step, { ...begun, opened: true });
        break;
      }
      case "closed":
        steps.delete(entry.step);
        ready = false; // `map` closes only before it is ready, so somebody is undoing it
        break;
      case "device":
        devices.push(entry.device);
        break;
      case "ready":
        ready = true;
    }
  }
  const used = rest.some((line) => line !== undefined);
  return { header, steps: [...steps.values()], devices, ready, used };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // cut: what it would have said was not begun
  }
}

const text = z.string();
const step = z.number().int();

const backup = z
  .object({ reference: text, image: text, snapshot: text, creation: text, doubts: z.array(text).readonly().optional() })
  .readonly();

const headerShape = z.object({
  version: z.literal(1),
  id: text,
  uuid: text,
  boot: text,
  room: text,
  backups: z.array(backup).readonly(),
  by: text,
  since: text,
  expires: text.optional(),
}) satisfies z.ZodType<Header>;

const device = z.object({
  device: text,
  on: z.array(text).readonly(),
  size: z.number(),
  type: text.optional(),
  label: text.optional(),
  mountpoint: text.optional(),
  why: text.optional(),
}) satisfies z.ZodType<MappedDevice>;

const entryShape = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("opening"), step, layer: text, record: z.record(text, z.unknown()) }),
  z.object({ kind: z.literal("opened"), step }),
  z.object({ kind: z.literal("closed"), step }),
  z.object({ kind: z.literal("device"), device }),
  z.object({ kind: z.literal("ready") }),
]) satisfies z.ZodType<Entry>;

function readHeader(line: unknown): Header {
  const { version } = z.object({ version: z.unknown() }).safeParse(line).data ?? {};
  if (typeof version === "number" && version !== 1) {
    throw new Unreadable(
      `its journal was written by another version of backurne (format ${version})`,
      "unmap it with that",
    );
  }
  const { data } = headerShape.safeParse(line);
  if (data === undefined) throw broken(1);
  return data;
}

function readEntry(line: unknown, number: number): Entry {
  const { data } = entryShape.safeParse(line);
  if (data === undefined) throw broken(number);
  return data;
}

function broken(line: number): Unreadable {
  return new Unreadable(
    `its journal is broken in line ${line}`,
    "undo it by hand: umount what is mounted in its directory, end its rbd-nbd, remove its directory; `doctor --fix` removes the clone",
  );
}
