import type { RunReport } from "@backurne/model";
import { formatBytes, formatRate, formatUtcClock } from "@backurne/reports";
import { paint } from "./look.ts";
import type { Look } from "./look.ts";

/** The last lines of a run. */
export function renderSummary(report: RunReport, look: Pick<Look, "colours">): readonly string[] {
  const { totals, refused, exit } = report;
  const seconds = (Date.parse(report.ended) - Date.parse(report.started)) / 1000;
  const count = (outcome: string) => report.jobs.filter((job) => job.outcome === outcome).length;
  const interrupted = count("interrupted");
  const nothing = count("nothing left to do");
  const ends = [
    `${totals.done} ok${totals.full > 0 ? ` (${totals.full} full)` : ""}`,
    ...(nothing > 0 ? [`${nothing} with nothing left to do`] : []),
    ...(totals.held > 0 ? [`${totals.held} held by another host`] : []),
    ...(totals.failed > 0 ? [`${totals.failed} FAILED`] : []),
    ...(interrupted > 0 ? [`${interrupted} INTERRUPTED`] : []),
  ];
  const speed = totals.bytes > 0 && seconds > 0 ? `, ${formatRate(totals.bytes / seconds)}` : "";
  const trashed = totals.trashed > 0 ? `, trash ${totals.trashed}` : "";
  const refusals = refused.length > 0 ? `  refused: ${refused.length} (see explain)` : "";
  const end = exit === 0 ? "" : `  exit ${exit}`;
  return [
    `done ${formatUtcClock(report.ended)}  ${ends.join("  ")}  ${formatBytes(totals.bytes)}${speed}`,
    `expired: live ${totals.removedLive}, backup ${totals.removedBackup}${trashed}${refusals}${end}`,
  ].map((line) => paint(line, exit === 0 ? "green" : "yellow", look));
}
