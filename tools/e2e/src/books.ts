import { expect } from "vitest";
import type { Arena } from "./arena.ts";
import { digest } from "./kept.ts";
import { tellStory, type Round } from "./story.ts";

/** What is known of one seed's image. */
export interface Book {
  readonly seed: number;
  readonly image: string;
  readonly story: Iterator<Round, never>;
  /** Digests of the tool's snapshots, those of the source by time, those of the backup side by id, from when they were new. */
  readonly sources: Map<string, string>;
  readonly points: Map<number, string>;
}

export function openBook(seed: number): Book {
  return { seed, image: imageOf(seed), story: tellStory(seed), sources: new Map(), points: new Map() };
}

export function imageOf(seed: number): string {
  return `seed-${seed}`;
}

/** Every point is its source, and is what it was when it was new. Two listings serve all books. */
export async function compareAll(arena: Arena, books: readonly Book[], context: string): Promise<void> {
  const [live, backup] = await Promise.all([list(arena.live, arena.pool), list(arena.backupSide, arena.pool)]);
  await Promise.all(books.map((book) => compare(arena, book, { live, backup, context })));
}

interface Row {
  readonly image: string;
  readonly snapshot?: string;
  readonly snapshot_id?: number;
}

async function list(rbd: Arena["live"], pool: string): Promise<readonly Row[]> {
  return JSON.parse(await rbd("ls", "-l", `--pool=${pool}`, "--format", "json")) as readonly Row[];
}

interface Seen {
  readonly live: readonly Row[];
  readonly backup: readonly Row[];
  readonly context: string;
}

async function compare({ sandbox, pool }: Arena, book: Book, { live, backup, context }: Seen): Promise<void> {
  const { image, sources, points } = book;
  for (const { snapshot: name } of live.filter((row) => row.image === image)) {
    if (!name?.startsWith("backup;") || sources.has(timeOf(name))) continue;
    sources.set(timeOf(name), await digest(sandbox.live, { pool, image, snapshot: name }));
  }
  for (const { image: target, snapshot: name, snapshot_id: id = 0 } of backup) {
    if (name === undefined || !target.endsWith(`;${image};None`)) continue;
    const here = await digest(sandbox.backup, { pool, image: target, snapshot: name });
    const about = `seed ${book.seed}, ${context}: ${target}@${name}`;
    expect(here, `${about} is not its source`).toBe(sources.get(timeOf(name)));
    expect(here, `${about} is not what it was`).toBe(points.get(id) ?? here);
    points.set(id, here);
  }
}

/** Twins are other names of one moment. */
function timeOf(snapshot: string): string {
  return snapshot.split(";").at(-1) as string;
}
