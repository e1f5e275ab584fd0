import type { RunEvent, RunReport } from "@backurne/model";

/** Something that shows or keeps a run: every event as it happens, the report at the end. */
export interface Sink {
  event(event: RunEvent): void;
  end(report: RunReport): void;
}

export function joinSinks(sinks: readonly Sink[]): Sink {
  return {
    event: (event) => sinks.forEach((sink) => sink.event(event)),
    end: (report) => sinks.forEach((sink) => sink.end(report)),
  };
}
