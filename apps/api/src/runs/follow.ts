import type { RunEvent, RunReport } from "@backurne/model";
import { applyProgress, initialProgress, viewProgress, type ProgressView, type RunLine } from "@backurne/reports";
import type { LiveRun } from "./live.ts";

/** What whoever follows a run is told. `id` counts the events: who comes back goes on behind the last one he has. */
export type Told =
  | { readonly kind: "event"; readonly id: number; readonly event: RunEvent }
  | { readonly kind: "progress"; readonly progress: ProgressView }
  | { readonly kind: "report"; readonly report: RunReport };

/** ms between two looks at the progress. */
const PAUSE = 500;

export async function* followLive(live: LiveRun, from: number, signal: AbortSignal): AsyncGenerator<Told> {
  let next = from;
  let seen = -1;
  while (!signal.aborted) {
    for (let event = live.events[next]; event; event = live.events[next]) {
      yield { kind: "event", id: next, event };
      next += 1;
    }
    if (live.report) {
      yield { kind: "report", report: live.report };
      return;
    }
    if (live.beat !== seen) {
      seen = live.beat;
      yield { kind: "progress", progress: live.progress() };
    }
    await live.wait(PAUSE, signal);
  }
}

/** Of a run of another process only that is known which its file tells: which jobs go on and have ended, and not how far each is. */
export async function* followFile(
  file: AsyncIterable<readonly RunLine[]>,
  from: number,
  now: () => number,
): AsyncGenerator<Told> {
  let id = 0;
  let progress = initialProgress;
  for await (const lines of file) {
    for (const line of lines) {
      if (line.kind === "report") {
        yield { kind: "report", report: line };
        return;
      }
      progress = applyProgress(progress, line);
      if (id >= from) yield { kind: "event", id, event: line };
      id += 1;
    }
    yield { kind: "progress", progress: viewProgress(progress, now()) };
  }
}
