import type { RunEvent } from "@backurne/model";
import type { Sink } from "./sink.ts";

/**
 * One event a line, the plan first, the report last. What happens before there is a plan waits for it, or
 * for the end.
 */
export function writeNdjson(write: (line: string) => void): Sink {
  let early: RunEvent[] | undefined = [];
  const put = (value: unknown) => write(`${JSON.stringify(value)}\n`);
  const release = () => {
    early?.forEach(put);
    early = undefined;
  };
  return {
    event(event) {
      if (!early) put(event);
      else if (event.kind === "plan") {
        put(event);
        release();
      } else early.push(event);
    },
    end(report) {
      release();
      put(report);
    },
  };
}
