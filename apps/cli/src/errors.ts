import { BackurneError, describeError, printable } from "@backurne/model";
import { exitCodeOfError } from "@backurne/reports";
import type { ExitCode } from "@backurne/reports";
import type { Output } from "./world.ts";

export function exitOf(error: unknown): ExitCode {
  return error instanceof BackurneError ? exitCodeOfError(error.code) : 1;
}

/** Says what went wrong and the way out; `debug` adds the programs that ran and the stack. Returns the exit code. */
export function writeError(error: unknown, { output, debug }: { output: Output; debug: boolean }): ExitCode {
  const hint = error instanceof BackurneError ? error.hint : "--debug shows where it happened";
  const lines = [
    name(describeError(error)),
    ...(hint ? [`  hint: ${hint}`] : []),
    ...(debug ? describeDepths(error) : []),
  ];
  output.write(`${lines.flatMap((line) => line.split("\n").map(printable)).join("\n")}\n`);
  return exitOf(error);
}

/** Editors jump to lines that begin with `file:line:column:`, so these stay as they are. */
function name(message: string): string {
  return /^\S+:\d+:\d+: /.test(message) ? message : `backurne: ${message}`;
}

function describeDepths(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [String(error)];
  const cause = error.cause === undefined ? [] : ["caused by", ...describeDepths(error.cause)];
  return [...describePrograms(error), error.stack ?? String(error), ...cause];
}

interface Stage {
  readonly file: string;
  readonly args: readonly string[];
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly stderr: string;
}

/** The stages of a CommandError, by their shape: the command line knows nothing of how programs are run. */
function describePrograms(error: Error): readonly string[] {
  if (!("stages" in error) || !Array.isArray(error.stages)) return [];
  return error.stages.map(({ file, args, code, signal, stderr }: Stage) => {
    const end = signal ?? (code === undefined ? "could not be started" : `exit ${code}`);
    const said = stderr.trim() ? `\n    ${stderr.trim().replaceAll("\n", "\n    ")}` : "";
    return `  ran ${JSON.stringify([file, ...args])}: ${end}${said}`;
  });
}
