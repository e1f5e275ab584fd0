import type { Sink } from "../sink.ts";

/** A sink that speaks to somebody who may be slow: what was said is out once `close` has resolved. It never throws. */
export interface Outlet extends Sink {
  close(): Promise<void>;
}

/** Told what could not be said, and to whom: that never stops a run. */
export type Warn = (message: string) => void;

/** Runs a program of the host's with this on its stdin; rejects when it fails. */
export type RunProgram = (file: string, args: readonly string[], input: string) => Promise<void>;

export function joinOutlets(outlets: readonly Outlet[]): Outlet {
  return {
    event: (event) => outlets.forEach((outlet) => outlet.event(event)),
    end: (report) => outlets.forEach((outlet) => outlet.end(report)),
    close: async () => void (await Promise.all(outlets.map((outlet) => outlet.close()))),
  };
}
