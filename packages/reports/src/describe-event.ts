import { shortName } from "@backurne/model";
import type { Failure, Plan, Refusal, RunEvent } from "@backurne/model";
import { formatBytes, formatClock, formatRate, formatRatio } from "./format.ts";

/** A line a person wants to read about a run. */
export interface Told {
  readonly level: "info" | "warn" | "error";
  readonly text: string;
}

/** The lines one event is worth by itself; names and output in them are as they came. */
export function describeEvent(event: RunEvent, label: (job: string) => string): readonly Told[] {
  switch (event.kind) {
    case "run-started":
      return info(`run ${event.run}  ${event.host}  backurne ${event.version}`);
    case "plan":
      return describePlan(event);
    case "transfer-ended": {
      const { mode, milliseconds, bytes, wire } = event;
      const speed = milliseconds > 0 ? `, ${formatRate((bytes / milliseconds) * 1000)}` : "";
      const packed = wire === undefined ? "" : `, ${formatRatio(bytes, wire)} packed`;
      const what = `${label(event.job)}  ${formatBytes(bytes)} in ${formatClock(milliseconds)}${speed}${packed}`;
      return info(`${mode === "full" ? "FULL" : "incr"} ${what}`);
    }
    case "hook-ended":
      return describeHook(event);
    case "trashed":
      return info(`trashed ${event.image}: ${event.because}`);
    case "purged":
      return info(`purged ${event.image}: its time in the trash was over`);
    case "renamed":
      return info(`renamed ${event.from} to ${event.to}`);
    case "job-ended":
      return describeEnd(event, label(event.job));
    case "warning":
      return warn(event.about, event.message);
    case "refused":
      return refusal(event);
    case "failed":
      return fail(event.about, event.failure);
    case "interrupted":
      return [{ level: "error", text: `interrupted: ${event.because}` }];
    default:
      return [];
  }
}

function describePlan(plan: Plan): readonly Told[] {
  const due = plan.jobs.filter((job) => job.steps.some((step) => step.kind === "transfer")).length;
  const images = new Set([...plan.jobs, ...plan.skipped].map(({ subject }) => subject.image));
  return [
    ...info(`${due || "nothing"} due of ${images.size} disks`),
    ...plan.warnings.flatMap(({ about, message }) => warn(about, message)),
    ...plan.refused.flatMap(refusal),
    ...plan.failures.flatMap(({ about, message }) => fail(about, { message, code: "command" })),
  ];
}

/** What it printed; that it failed is told by what comes of it. */
function describeHook({ hook, about, output }: Extract<RunEvent, { kind: "hook-ended" }>): readonly Told[] {
  const printed = output.trim();
  return printed === "" ? [] : printed.split("\n").flatMap((line) => info(`hook ${hook} ${about}: ${line}`));
}

function describeEnd(event: Extract<RunEvent, { kind: "job-ended" }>, label: string): readonly Told[] {
  const because = event.because ?? event.failure?.message ?? "";
  if (event.outcome === "failed") return fail(label, event.failure ?? { message: because, code: "" });
  if (event.outcome === "refused") return [{ level: "warn", text: `REFUSED ${label}  ${because}` }];
  return [];
}

function refusal({ scope, subject, because }: Refusal): readonly Told[] {
  const what = scope === "pool" ? "the whole pool" : subject ? shortName(subject) : "a chain";
  return [{ level: "warn", text: `REFUSED ${what}  ${because}` }];
}

export function warn(about: string, message: string): readonly Told[] {
  return [{ level: "warn", text: `WARN ${about}  ${message}` }];
}

function fail(about: string, { message, hint }: Failure): readonly Told[] {
  return [{ level: "error", text: `FAIL ${about}  ${message}${hint ? ` (${hint})` : ""}` }];
}

function info(text: string): readonly Told[] {
  return [{ level: "info", text }];
}
