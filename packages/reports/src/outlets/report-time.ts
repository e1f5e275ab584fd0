import { appendFile } from "node:fs/promises";
import { printable, type ReportTime, type RunEvent, type Subject, type TransferMode } from "@backurne/model";
import { writeInflux } from "./influx.ts";
import { untold, type Outlet, type RunProgram, type Untold } from "./outlet.ts";

/** One transfer: from where, what, how long without the time it waited. */
export interface Timed {
  readonly image: string;
  readonly cluster: string;
  readonly mode: TransferMode;
  readonly bytes: number;
  readonly milliseconds: number;
  /** Epoch ms of its end. */
  readonly at: number;
}

/** Says how long each transfer took, soon after it has ended; what cannot be said is told once a run. */
export function reportTime(where: ReportTime, run: RunProgram): Outlet {
  const subjects = new Map<string, Subject>();
  const waiting: Timed[] = [];
  let busy: Promise<void> | undefined;
  let broken: Untold | undefined;

  async function work(): Promise<void> {
    while (waiting.length > 0 && !broken) {
      const some = waiting.splice(0);
      try {
        await say(where, some, run);
      } catch (error) {
        broken = untold("report_time", error);
        waiting.unshift(...some);
      }
    }
    busy = undefined;
  }

  /** What could not be said, and whatever ended after it, is said once more. */
  async function settle(): Promise<readonly Untold[]> {
    await busy;
    if (!broken) return [];
    broken = undefined;
    await work();
    return broken ? [broken] : [];
  }

  return {
    event(event: RunEvent) {
      if (event.kind === "job-started") subjects.set(event.job, event.subject);
      if (event.kind !== "transfer-ended") return;
      const { image = event.job, cluster = "" } = subjects.get(event.job) ?? {};
      const { mode, bytes, milliseconds } = event;
      waiting.push({ image, cluster, mode, bytes, milliseconds, at: Date.parse(event.at) });
      busy ??= work();
    },
    end: () => undefined,
    settle,
    // What went wrong stands in the report by now.
    close: async () => [],
  };
}

async function say(where: ReportTime, some: readonly Timed[], run: RunProgram): Promise<void> {
  switch (where.kind) {
    case "syslog":
      return run("logger", ["--tag", "backurne", "--priority", "daemon.info"], lines(some.map(describe)));
    case "file":
      return appendFile(where.path, lines(some.map((one) => `${new Date(one.at).toISOString()}: ${describe(one)}`)));
    case "influxdb":
      return writeInflux(some.map(pointOf), where.influxdb);
  }
}

/** The old tool's measurement, tag and field; more of each beside them. */
function pointOf({ image, cluster, mode, bytes, milliseconds, at }: Timed) {
  const tags = { image, endpoint: cluster, mode };
  return { measurement: "backurne", tags, fields: { duration: milliseconds / 1000, bytes }, time: at };
}

function describe({ image, cluster, mode, bytes, milliseconds }: Timed): string {
  const seconds = Math.round(milliseconds / 1000);
  return printable(`Image ${image} from ${cluster} backed up, elapsed time: ${seconds} s, ${bytes} bytes, ${mode}`);
}

function lines(some: readonly string[]): string {
  return some.map((line) => `${line}\n`).join("");
}
