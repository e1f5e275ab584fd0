import type { Diagnosis, FindingSeverity, Fix } from "@backurne/model";
import { printable } from "@backurne/model";
import { paint } from "./look.ts";
import type { Colour, Look } from "./look.ts";
import { wrapTo } from "./width.ts";

const COLOURS: Readonly<Record<FindingSeverity, Colour>> = { error: "red", warning: "yellow", info: "dim" };

/** `doctor`: what, why, and what to do, the worst first. */
export function renderDiagnosis({ findings, probes }: Diagnosis, look: Look): readonly string[] {
  const lines = findings.flatMap(({ severity, probe, about, what, why, how }) => {
    const [first = "", ...rest] = wrap(`${severity.toUpperCase()} ${probe}: ${about}: ${what}`, "", look);
    const head = [paint(first, COLOURS[severity], look), ...rest.map((line) => `  ${line}`)];
    return [...head, ...wrap(`why: ${why}`, "  ", look), ...wrap(`do:  ${how}`, "  ", look)];
  });
  const count = (severity: FindingSeverity) => findings.filter((one) => one.severity === severity).length;
  const sum = `${probes.length} looks: ${count("error")} errors, ${count("warning")} warnings, ${count("info")} for information`;
  return [...lines, sum];
}

function wrap(text: string, indent: string, { width }: Look): readonly string[] {
  return wrapTo(printable(text), width - 2 - indent.length).map((line) => indent + line);
}

export function describeFix(fix: Fix): string {
  switch (fix.kind) {
    case "unprotect":
      return `unprotect ${fix.image}@${fix.snapshot}`;
    case "remove image":
      return `remove ${fix.image}`;
    case "give back lease":
      return `give back the lease on ${fix.resource}`;
    case "remove unfinished":
      return `remove ${fix.image}, which was to become ${fix.to}`;
  }
}
