import type { RunEvent, RunReport } from "@backurne/model";
import { applyProgress, initialProgress, viewProgress, type Progress, type ProgressView } from "@backurne/reports";
import { openBell, type Feed } from "../feed.ts";

/** A run of this process. Its events come in the order of its file: what happens before there is a plan waits for it, or for the end. */
export interface LiveRun extends Feed<RunEvent, ProgressView, RunReport> {
  event(event: RunEvent): void;
  end(report: RunReport): void;
}

export function openLiveRun(now: () => number): LiveRun {
  const events: RunEvent[] = [];
  let early: RunEvent[] | undefined = [];
  const bell = openBell();
  let progress: Progress = initialProgress;
  let report: RunReport | undefined;
  let beat = 0;
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
      bell.ring();
    },
    end(given) {
      events.push(...(early ?? []));
      early = undefined;
      report = given;
      bell.ring();
    },
    progress: () => viewProgress(progress, now()),
    wait: bell.wait,
  };
}
