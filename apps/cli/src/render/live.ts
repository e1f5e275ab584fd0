import { printable } from "@backurne/model";
import { formatBytes, formatClock, formatOf, formatPart, formatRate, formatSpan } from "@backurne/reports";
import type { ProgressView, TransferView } from "@backurne/reports";
import { paint } from "./look.ts";
import type { Look } from "./look.ts";
import { nameProfiles } from "./names.ts";
import { padTo, shortenEnd, shortenMiddle, widthOf } from "./width.ts";

/** The part of the screen that is drawn again and again: the whole run, then a line per running transfer. */
export function renderLive(view: ProgressView, { rows, look }: { rows: number; look: Look }): readonly string[] {
  // One line stays free for the cursor, one is the bar, one the rest.
  const room = Math.max(0, rows - 3);
  const shown = view.transfers.slice(0, room);
  const lines = [
    renderBar(view, look),
    ...shown.map((transfer) => renderTransfer(transfer, look)),
    ...renderRest(view, view.transfers.length - shown.length),
  ];
  return lines.slice(0, Math.max(1, rows - 1)).map((line) => shortenEnd(line, look.width - 1));
}

function renderBar({ jobs, bytes, expected, rate, left, failed }: ProgressView, look: Look): string {
  const facts = [
    `${jobs.ended}/${jobs.total}`,
    expected === undefined ? formatBytes(bytes) : formatOf(bytes, expected),
    ...(rate === undefined ? [] : [formatRate(rate)]),
    ...(left === undefined ? [] : [`left ~${formatSpan(left)}`]),
    ...(failed > 0 ? [`${failed} FAILED`] : []),
  ].join("  ");
  const width = Math.min(30, look.width - widthOf(facts) - 4);
  if (width < 5) return facts;
  const share = expected ? bytes / expected : jobs.total ? jobs.ended / jobs.total : 0;
  const full = Math.min(width, Math.floor(share * width));
  const bar = full > 0 ? `${"=".repeat(full - 1)}>` : "";
  return `[${bar.padEnd(width)}] ${facts}`;
}

const FACTS = 38;

export function renderTransfer(transfer: TransferView, look: Look): string {
  const { bytes, expected, rate, left } = transfer;
  const amount = expected ? formatPart(bytes, expected) : formatBytes(bytes);
  const facts = [
    padTo(amount, 16, "right"),
    padTo(rate === undefined ? "" : formatRate(rate), 9, "right"),
    padTo(left === undefined ? "" : formatClock(left), 8, "right"),
  ].join(" ");
  const what = `${transfer.mode === "full" ? "FULL" : "incr"} ${printable(nameProfiles(transfer.names, look))}`;
  const name = printable(look.uuid ? transfer.image : transfer.label);
  const room = Math.min(90, look.width - 1) - FACTS - 2;
  const forWhat = Math.min(18, Math.floor(room / 2));
  const forName = Math.max(8, room - forWhat);
  return ` ${padTo(shortenMiddle(name, forName), forName)} ${padTo(shortenEnd(what, forWhat), forWhat)}${facts}`;
}

function renderRest({ busy, waiting, held }: ProgressView, hidden: number): readonly string[] {
  const parts = [
    ...(hidden > 0 ? [`... ${hidden} more`] : []),
    ...(busy > 0 ? [`busy ${busy}`] : []),
    ...(waiting > 0 ? [`waiting ${waiting}`] : []),
    ...(held > 0 ? [`held ${held}`] : []),
  ];
  return parts.length > 0 ? [` ${parts.join("   ")}`] : [];
}

/** The colour of a whole line by its first word; only where it is printed for good. */
export function paintTold(text: string, { level, look }: { level: string; look: Pick<Look, "colours"> }): string {
  return paint(text, level === "error" ? "red" : level === "warn" ? "yellow" : undefined, look);
}
