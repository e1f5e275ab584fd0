import type { RunEvent, RunReport } from "@backurne/model";
import { applyProgress, initialProgress, viewProgress, type ProgressView, type RunLine } from "@backurne/reports";
import type { Told } from "../feed.ts";

/** What whoever follows a run is told. */
export type ToldOfRun = Told<RunEvent, ProgressView, RunReport>;

/** Of a run of another process only that is known which its file tells: which jobs go on and have ended, and not how far each is. */
export async function* followFile(
  file: AsyncIterable<readonly RunLine[]>,
  from: number,
  now: () => number,
): AsyncGenerator<ToldOfRun> {
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
