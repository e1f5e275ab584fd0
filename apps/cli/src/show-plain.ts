import { formatUtcClock, startTelling } from "@backurne/reports";
import type { Sink } from "@backurne/reports";
import { paintTold } from "./render/live.ts";
import type { Look } from "./render/look.ts";
import { renderSummary } from "./render/summary.ts";
import type { Output } from "./world.ts";

/** A line per event worth one, with its time: for cron and for files. */
export function showPlain(output: Output, look: Look): Sink {
  const tell = startTelling();
  return {
    event(event) {
      for (const { level, text } of tell(event))
        output.write(`${formatUtcClock(event.at)} ${paintTold(text, { level, look })}\n`);
    },
    end(report) {
      for (const line of renderSummary(report, look)) output.write(`${line}\n`);
    },
  };
}
