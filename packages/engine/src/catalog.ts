import { areMarks, hasMarks, parseMarks, type Marks, type Moved } from "@backurne/model";
import type { ChainFacts } from "@backurne/planner";
import type { ImageWithSnapshots } from "@backurne/rbd";
import pLimit from "p-limit";
import type { House } from "./house.ts";

const OBJECT = "backurne.index";
/** No snapshot is called so. */
const NONE = "";

/** What is remembered of one image of the backup pool, by its rbd id. */
export interface Entry {
  readonly id: string;
  readonly marks: Marks;
  /** Its newest snapshot when this was written: another one stands there now, so this is stale. */
  readonly newest?: string | undefined;
  /** Bytes the last transfer moved. */
  readonly bytes?: number | undefined;
  /** What the last incremental moved. */
  readonly moved?: Moved | undefined;
  /** Epoch ms when the marks were read or written: a run appends at its end what it saw in its middle. */
  readonly at?: number | undefined;
}

/**
 * The marks of all images in one call, for tables and first plans. The marks on the images are the truth; whoever
 * changes an image reads them again under its lease. Lines that get lost are found out by `newest`.
 */
export interface Catalog {
  get(image: ImageWithSnapshots): Entry;
  put(entry: Entry): void;
  /** For an image whose id nobody has asked for yet: one listing, when it is flushed, tells the ids of all of them. */
  putNamed(image: string, entry: Omit<Entry, "id">): void;
  /** Adds marks to what is known of an image, by its id, or by its name where nobody has asked for that. */
  mark(image: { readonly image: string; readonly imageId: string }, marks: Marks): void;
  /**
   * Before a mark is written that tables must not miss: whoever reads the catalog before it is flushed asks the image itself,
   * though we may be killed in between.
   */
  distrust(imageId: string): Promise<void>;
  /** Appends what is new. */
  flush(): Promise<void>;
}

export async function readCatalog(
  { objects, backup: pool, now }: Pick<House, "objects" | "backup" | "now">,
  images: readonly ImageWithSnapshots[],
): Promise<Catalog> {
  const index = await readIndex(objects);
  const entries = new Map(index.entries);
  const news = new Map<string, Entry>();
  const named = new Map<string, Omit<Entry, "id">>();

  function put(given: Entry): void {
    const entry = { ...given, marks: withoutVolume(given.marks), at: given.at ?? now() };
    entries.set(entry.id, entry);
    news.set(entry.id, entry);
  }

  /**
   * One line for each image, by what stands there now: other hosts have appended since we looked. Only what one of them
   * appends between this look and the write is lost; rados has no write that would notice.
   * @returns false: another host has done it meanwhile.
   */
  async function rewrite(added: readonly Entry[]): Promise<boolean> {
    const found = await readIndex(objects);
    if (!isLong(found)) return false;
    const standing = new Set(images.map((image) => image.id));
    const isGone = ({ id }: Entry): boolean => index.entries.has(id) && !standing.has(id);
    const merged = youngest([...found.entries.values(), ...added]).values();
    await objects.write(OBJECT, toLines([...merged].filter((entry) => !isGone(entry))));
    return true;
  }

  const ask = pLimit(8);
  const stale = images.filter((image) => image.image.includes(";") || image.image.startsWith("partial-"));
  await Promise.all(
    stale
      .filter((image) => entries.get(image.id)?.newest !== newestOf(image) || !entries.has(image.id))
      .map((image) =>
        ask(async () => {
          const at = now(); // a mark that comes while we ask is younger than the answer
          const marks = parseMarks((await pool.metadata(image.image)) ?? {});
          const { bytes, moved } = entries.get(image.id) ?? {};
          const entry = { id: image.id, marks, newest: newestOf(image), bytes, moved, at };
          // What somebody has to mend is looked at again each time.
          if (marks.unreadable === undefined) put(entry);
          else entries.set(entry.id, entry);
        }),
      ),
  );

  return {
    get: (image) => entries.get(image.id) ?? { id: image.id, marks: {} },
    put,
    putNamed: (image, entry) => void named.set(image, { ...entry, at: now() }),
    mark({ image, imageId }, marks) {
      const known = named.get(image);
      if (known) return void named.set(image, { ...known, marks: { ...known.marks, ...marks }, at: now() });
      const entry = entries.get(imageId);
      if (entry) put({ ...entry, marks: { ...entry.marks, ...marks }, at: now() });
    },
    async distrust(id) {
      if (id === "") return; // of an image that new nothing has been written yet
      const known = entries.get(id) ?? { id, marks: {} };
      await objects.append(OBJECT, toLines([{ ...known, newest: NONE, at: now() }]));
    },
    async flush() {
      if (named.size > 0) {
        for (const { image, id } of await pool.inventory()) {
          const entry = named.get(image);
          if (entry) put({ id, ...entry });
        }
        named.clear();
      }
      if (news.size === 0) return;
      const added = [...news.values()];
      news.clear();
      if (!isLong(index) || !(await rewrite(added))) await objects.append(OBJECT, toLines(added));
    },
  };
}

interface Index {
  readonly lines: number;
  /** The youngest of each image. */
  readonly entries: ReadonlyMap<string, Entry>;
}

async function readIndex(objects: House["objects"]): Promise<Index> {
  const lines = ((await objects.read(OBJECT)) ?? "").split("\n").filter(Boolean);
  return { lines: lines.length, entries: youngest(lines.flatMap((line) => parseLine(line) ?? [])) };
}

function youngest(entries: readonly Entry[]): ReadonlyMap<string, Entry> {
  const sorted = entries.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0));
  return new Map(sorted.map((entry) => [entry.id, entry]));
}

function isLong({ lines, entries }: Index): boolean {
  return lines > 2 * entries.size + 1000;
}

export function newestOf(image: Pick<ImageWithSnapshots, "snapshots">): string | undefined {
  return image.snapshots.at(-1)?.name;
}

/** What is to be remembered of a chain whose marks are others now. */
export function entryOf({ imageId, snapshots, lastBytes, moved }: ChainFacts, marks: Marks): Entry {
  return { id: imageId, marks, newest: snapshots.at(-1)?.name, bytes: lastBytes, moved };
}

/** What moved before is on the image alone. */
export function withoutVolume(marks: Marks): Marks {
  return marks.base?.volume ? { ...marks, base: { ...marks.base, volume: undefined } } : marks;
}

/** Every transfer writes the base before anything else: under the same one, none has begun in between. */
export function haveSameBase(a: Marks, b: Marks): boolean {
  const [one, other] = [a, b].map(({ base }) => JSON.stringify(withoutVolume({ base }).base));
  return one === other;
}

function toLines(entries: readonly Entry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
}

function parseLine(line: string): Entry | undefined {
  try {
    const entry = JSON.parse(line) as Entry;
    return typeof entry.id === "string" && areMarks(entry.marks) ? entry : undefined;
  } catch {
    return undefined; // a cut line is a lost line
  }
}

export function isMarked(entry: Entry): boolean {
  return hasMarks(entry.marks);
}
