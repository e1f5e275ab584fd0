import type { Stage } from "./stage.ts";

/** From SIGTERM to SIGKILL, and from a failure to the SIGTERM of those who write for nobody, in ms. */
const patience = { terminated: 5000, unread: 1000 };

/** Ends stages, and remembers which: their failures are ours. */
export interface Stopper {
  /** SIGTERM now, SIGKILL after 5 s. */
  stop(stages: readonly Stage[]): void;
  /** The reader of these is gone. They get a second to notice by themselves, so that they can say why. */
  stopUnread(stages: readonly Stage[]): void;
  /** SIGKILL after so many ms: nobody waits for their work any more, and they may be blocked in it for ever. */
  abandon(stages: readonly Stage[], milliseconds: number): void;
  hasStopped(stage: Stage): boolean;
  dispose(): void;
}

export function createStopper(): Stopper {
  const stopped = new Set<Stage>();
  const timers = new Set<NodeJS.Timeout>();
  const later = (milliseconds: number, act: () => void) => void timers.add(setTimeout(act, milliseconds));

  const stop = (stages: readonly Stage[]) => {
    // Readers first: one whose writer has ended before it finds fault with what it read, and is heard.
    for (const stage of stages.toReversed()) {
      if (stopped.has(stage) || !stage.kill("SIGTERM")) continue;
      stopped.add(stage);
      later(patience.terminated, () => stage.kill("SIGKILL"));
    }
  };
  return {
    stop,
    stopUnread: (stages) => later(patience.unread, () => stop(stages)),
    abandon: (stages, milliseconds) => later(milliseconds, () => stages.forEach((stage) => void stage.kill("SIGKILL"))),
    hasStopped: (stage) => stopped.has(stage),
    dispose() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
