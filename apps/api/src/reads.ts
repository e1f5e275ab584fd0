import { openGate } from "./gate.ts";

/** How long an answer is as good as a new one, ms: at least, and at most. */
const AGE = { least: 5_000, most: 60_000 };
/** In between, so many times what the look took: clusters are not looked at all the time because somebody keeps a page open. */
const REST = 4;
/** Looks that go on at once: each costs listings, and holds a pool's worth of facts. */
const LOOKS = { atOnce: 4, waiting: 100 };

/**
 * Every look at a cluster costs listings on both sides. Those who ask the same at the same time share one answer, and
 * those who come right after it; those who ask something else take turns.
 */
export interface Reads {
  /** @throws RequestRefused `busy`: too many ask too many different things. */
  share<T>(key: string, look: () => Promise<T>): Promise<T>;
  /** Something has changed: whoever asks from now on gets a new answer. */
  forget(): void;
}

export function openReads(now: () => number): Reads {
  const gate = openGate(LOOKS);
  const kept = new Map<string, { readonly answer: Promise<unknown>; until: number }>();
  return {
    share<T>(key: string, look: () => Promise<T>): Promise<T> {
      for (const [other, { until }] of kept) if (until < now()) kept.delete(other);
      const known = kept.get(key);
      if (known) return known.answer as Promise<T>;
      const since = now();
      const entry = { answer: gate(look), until: Infinity };
      kept.set(key, entry);
      entry.answer.then(
        () => (entry.until = now() + Math.min(AGE.most, Math.max(AGE.least, REST * (now() - since)))),
        () => kept.get(key) === entry && kept.delete(key),
      );
      return entry.answer as Promise<T>;
    },
    forget: () => kept.clear(),
  };
}
