import type { RunReport } from "@backurne/model";
import { onTestFailed } from "vitest";
import { troubles } from "./reported.ts";

/** When the test fails, its runs say what went wrong: a comparison shows only what it asked for, an exit code at best. */
export function tellRun(known: () => { readonly report?: RunReport | undefined; readonly stderr?: string }): void {
  onTestFailed(() => {
    const { report, stderr = "" } = known();
    const lines = [...(report ? troubles(report) : []), ...stderr.split("\n").filter(Boolean)];
    console.log([`a run of this test: exit ${report?.exit ?? "before its report"}`, ...lines].join("\n  "));
  });
}

/** The same of a command. */
export function tellCommand(args: readonly string[], code: number | undefined, stderr: string): void {
  if (code === 0) return;
  onTestFailed(() => console.log(`backurne ${args.join(" ")}: exit ${code}\n${stderr.slice(-2000)}`));
}
