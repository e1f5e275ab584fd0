import { describeError, printable, type RunReport } from "@backurne/model";
import type { Sink } from "../sink.ts";

/** What could not be said, and to whom. */
export type Untold = RunReport["failures"][number];

/** A sink that speaks to somebody who may be slow. Whom it cannot reach stops no run: it says so, and never throws. */
export interface Outlet extends Sink {
  /** Before `end`: all that was said of the run so far is out. What is not belongs into its report. */
  settle(): Promise<readonly Untold[]>;
  /** After `end`: everything is out. What is not the report cannot say any more. */
  close(): Promise<readonly Untold[]>;
}

/** Runs a program of the host's with this on its stdin; rejects when it fails. */
export type RunProgram = (file: string, args: readonly string[], input: string) => Promise<void>;

export function joinOutlets(outlets: readonly Outlet[]): Outlet {
  return {
    event: (event) => outlets.forEach((outlet) => outlet.event(event)),
    end: (report) => outlets.forEach((outlet) => outlet.end(report)),
    settle: async () => (await Promise.all(outlets.map((outlet) => outlet.settle()))).flat(),
    close: async () => (await Promise.all(outlets.map((outlet) => outlet.close()))).flat(),
  };
}

/** @param about `report_time` or `notify` */
export function untold(about: string, error: unknown, way?: string): Untold {
  const message = printable(describeError(error));
  return { about, failure: { message: way === undefined ? message : `${way}: ${message}`, code: "command" } };
}
