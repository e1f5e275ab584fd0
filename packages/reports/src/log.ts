import type { Logger } from "pino";
import { startTelling } from "./tell.ts";
import type { Sink } from "./sink.ts";

/** What a run tells, as log lines. The logger, and where its lines go, is the application's. */
export function writeLog(logger: Pick<Logger, "info" | "warn" | "error">): Sink {
  const tell = startTelling();
  return {
    event(event) {
      for (const { level, text } of tell(event)) logger[level]({ event: event.kind }, text);
    },
    end({ run, exit, totals }) {
      logger[exit === 0 ? "info" : "error"]({ run, exit, ...totals }, `run ended, exit ${exit}`);
    },
  };
}
