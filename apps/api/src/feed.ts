/** What goes on in this process and is followed: all that was said, and how far it is. Whoever follows it is slow at his own cost. */
export interface Feed<E, P, R> {
  readonly events: readonly E[];
  /** What came of it; undefined: it goes on. */
  readonly report: R | undefined;
  /** Counts up with each byte that is told of. */
  readonly beat: number;
  progress(): P;
  /** Until there is an event more, it has ended, `signal` says so, or `ms` are over. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** What whoever follows is told. `id` counts the events: who comes back goes on behind the last one he has. */
export type Told<E, P, R> =
  | { readonly kind: "event"; readonly id: number; readonly event: E }
  | { readonly kind: "progress"; readonly progress: P }
  | { readonly kind: "report"; readonly report: R };

/** ms between two looks at the progress. */
const PAUSE = 500;

/** From event number `from` on, to its end. */
export async function* followFeed<E, P, R>(
  feed: Feed<E, P, R>,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<Told<E, P, R>> {
  let next = from;
  let seen = -1;
  while (!signal.aborted) {
    for (let event = feed.events[next]; event; event = feed.events[next]) {
      yield { kind: "event", id: next, event };
      next += 1;
    }
    if (feed.report) {
      yield { kind: "report", report: feed.report };
      return;
    }
    if (feed.beat !== seen) {
      seen = feed.beat;
      yield { kind: "progress", progress: feed.progress() };
    }
    await feed.wait(PAUSE, signal);
  }
}

/** Wakes all who wait. */
export interface Bell {
  ring(): void;
  /** Until it rings, `signal` says so, or `ms` are over. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export function openBell(): Bell {
  const waiting = new Set<() => void>();
  return {
    ring: () => waiting.forEach((go) => go()),
    wait: (ms, signal) =>
      new Promise((resolve) => {
        const go = (): void => {
          clearTimeout(timer);
          waiting.delete(go);
          signal.removeEventListener("abort", go);
          resolve();
        };
        const timer = setTimeout(go, ms);
        waiting.add(go);
        signal.addEventListener("abort", go);
        if (signal.aborted) go();
      }),
  };
}
