import type { Change } from "./diff-stream.ts";

/** What happens to one image, and to its transfer, between two rounds of a fuzz run. All of it follows from the seed. */
export interface Round {
  /** Before the changes: the source is rolled back to one of its snapshots, 0 the oldest, 1 the newest. */
  readonly rollback: number | undefined;
  readonly changes: readonly Change[];
  /** An operator's snapshot that appears, or the oldest of them that goes. */
  readonly operator: "snapshot" | "remove" | undefined;
  /** Somebody removes the newest snapshot from the source, whoever made it. */
  readonly loses: boolean;
  readonly abort: Abort | undefined;
}

/** `cut`: the stream ends at that byte, as if all were well (exit 0) or not. The others strike right around the commit. */
export type Abort =
  | { readonly kind: "cut"; readonly at: number; readonly exit: 0 | 1 }
  | { readonly kind: "one byte behind a record"; readonly record: number }
  | { readonly kind: "without its end" | "after the commit" | "dead after the commit" };

/** Numbers in [0, 1) from a seed: mulberry32. */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const OBJECT = 128 * 1024;
export const LARGEST = 48 * OBJECT;

/** Weighted towards the worst: an object that is new, is sent in part, and is trimmed before the next attempt. */
export function* tellStory(seed: number): Generator<Round, never> {
  const roll = dice(seed);
  const below = (limit: number): number => Math.floor(roll() * limit);
  const chance = (share: number): boolean => roll() < share;
  let size = LARGEST;
  let young: readonly number[] = [];
  /** Objects that have been written to and not been trimmed since, as far as one knows without the rollbacks. */
  const present = new Set<number>();
  let stamp = seed * 1_000_000;

  function fill(offset: number, length: number): Change {
    for (let at = offset; at < offset + length; at += OBJECT) present.add(Math.floor(at / OBJECT));
    return { kind: "write", offset, data: Buffer.alloc(length, `${(stamp += 1)};`) };
  }

  function trim(object: number): Change {
    present.delete(object);
    return { kind: "discard", offset: object * OBJECT, length: OBJECT };
  }

  function someNew(objects: number): readonly number[] {
    const free = Array.from({ length: objects }, (_, object) => object).filter((object) => !present.has(object));
    return free.length === 0 ? [] : Array.from({ length: 1 + below(4) }, () => free[below(free.length)] as number);
  }

  function nextChanges(): readonly Change[] {
    if (chance(0.12)) size = (12 + below(37)) * OBJECT - (chance(0.3) ? 512 * below(200) : 0);
    const whole = Math.floor(size / OBJECT);
    // After a rollback the size is that of the snapshot.
    const changes: Change[] = [{ kind: "resize", size }];
    changes.push(...young.filter((object) => object < whole && chance(0.8)).map(trim));
    young = someNew(whole);
    changes.push(...young.map((object) => fill(object * OBJECT + 512 * below(100), OBJECT / 4)));
    for (let more = below(4); more > 0; more -= 1) {
      const length = Math.min(512 * (1 + below(300)), size);
      const offset = below(size - length);
      if (chance(0.4)) changes.push(fill(offset, length));
      else changes.push(chance(0.5) ? { kind: "discard", offset, length } : trim(below(whole)));
    }
    return changes;
  }

  function nextAbort(changes: readonly Change[]): Abort | undefined {
    if (chance(0.45)) return undefined;
    if (chance(0.15)) return { kind: "after the commit" };
    if (chance(0.15)) return { kind: "dead after the commit" };
    if (chance(0.1)) return { kind: "without its end" };
    if (chance(0.2)) return { kind: "one byte behind a record", record: 1 + below(5) };
    const written = changes.reduce((sum, change) => sum + (change.kind === "write" ? change.data.length : 0), 0);
    return { kind: "cut", at: below(1.1 * written), exit: chance(0.5) ? 0 : 1 };
  }

  for (;;) {
    const rollback = chance(0.12) ? roll() : undefined;
    const changes = nextChanges();
    const operator = chance(0.15) ? (chance(0.6) ? "snapshot" : "remove") : undefined;
    yield { rollback, changes, operator, loses: chance(0.04), abort: nextAbort(changes) };
  }
}
