import type { RunEvent, RunReport } from "@backurne/model";
import { applyProgress, initialProgress, viewProgress, type Progress, type ProgressView } from "@backurne/reports";

/** A run of this process: all that was said, and how far it is. Whoever follows it is slow at his own cost. */
export interface LiveRun {
  /** In the order of its file: what happens before there is a plan waits for it, or for the end. */
  readonly events: readonly RunEvent[];
  readonly report: RunReport | undefined;
  event(event: RunEvent): void;
  end(report: RunReport): void;
  progress(): ProgressView;
  /** Counts up with each byte that is told of. */
  readonly beat: number;
  /** Until there is an event more, it has ended, `signal` says so, or `ms` are over. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export function openLiveRun(now: () => number): LiveRun {
  const events: RunEvent[] = [];
  let early: RunEvent[] | undefined = [];
  const waiting = new Set<() => void>();
  let progress: Progress = initialProgress;
  let report: RunReport | undefined;
  let beat = 0;
  const wake = (): void => waiting.forEach((go) => go());
  return {
    events,
    get report() {
      return report;
    },
    get beat() {
      return beat;
    },
    event(event) {
      progress = applyProgress(progress, event);
      beat += 1;
      // Of the progress only where it stands is of interest.
      if (event.kind === "progress") return;
      if (early && event.kind !== "plan") early.push(event);
      else {
        events.push(event, ...(early ?? []));
        early = undefined;
      }
      wake();
    },
    end(given) {
      events.push(...(early ?? []));
      early = undefined;
      report = given;
      wake();
    },
    progress: () => viewProgress(progress, now()),
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
