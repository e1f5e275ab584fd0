import type { Precheck, Severity } from "@backurne/model";
import { formatSpan } from "@backurne/reports";
import type { Colour, Look } from "./look.ts";
import { renderTable } from "./table.ts";

const COLOURS: Readonly<Record<Severity, Colour>> = { critical: "red", warning: "yellow", info: "dim" };

/** `precheck`: a line per problem, the worst first. */
export function renderPrecheck({ problems, disks }: Precheck, look: Look): readonly string[] {
  if (problems.length === 0) return [`${disks} disks, no problems`];
  const columns = [{ title: "PROBLEM" }, { title: "ABOUT", give: "middle" }, { title: "WHAT", give: "wrap" }] as const;
  const rows = problems.map(({ kind, severity, about, message, last }) => {
    const ago = last === undefined ? "" : `, last good ${formatSpan(look.now - Date.parse(last))} ago`;
    return [{ text: kind, colour: COLOURS[severity] }, about, message + ago];
  });
  return renderTable(columns, rows, look);
}
