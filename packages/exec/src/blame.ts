import { printable } from "@backurne/model";
import { quote } from "./quote.ts";
import type { StageEnd } from "./stage.ts";
import type { Command, Pipeline } from "./types.ts";

/** A command in one printable line, for messages. */
export function describeCommand(command: Command): string {
  const words = [command.file, ...command.args];
  return shorten(printable(command.label ?? words.map(word).join(" ")), 300);
}

/** A pipeline in one printable line. */
export function describePipeline(pipeline: Pipeline): string {
  return pipeline.map(describeCommand).join(" | ");
}

export function hasFailed(command: Command, end: StageEnd): boolean {
  return end.code === undefined || (end.code !== 0 && !command.answers?.includes(end.code));
}

/**
 * The first stage that ended badly for a reason of its own: not because its reader was gone, and not because we
 * stopped it. `failed` is in the order of their ends.
 */
export function findCulprit(failed: ReadonlyMap<number, StageEnd>, stopped: ReadonlySet<number>): number | undefined {
  for (const [index, end] of failed) if (!stopped.has(index) && !isBrokenPipe(end)) return index;
  return undefined;
}

/** It only lost its reader. */
export function isBrokenPipe({ code, signal, stderr }: StageEnd): boolean {
  return signal === "SIGPIPE" || code === 141 || /broken pipe|EPIPE/i.test(stderr.slice(-500));
}

/** "rbd info x failed with exit code 2: no such image", in one line. */
export function describeEnd(command: Command, end: StageEnd): string {
  const name = describeCommand(command);
  if (end.error !== undefined) return `cannot run ${name}: ${startFailure(end)}`;
  const how = end.signal === undefined ? `failed with exit code ${end.code}` : `was ended by ${end.signal}`;
  const last = end.stderr.split("\n").findLast((line) => line.trim() !== "");
  return last === undefined ? `${name} ${how}` : `${name} ${how}: ${shorten(printable(last.trim()), 400)}`;
}

export function hintFor(end: StageEnd): string | undefined {
  if (end.error?.code === "ENOENT") return `Is "${printable(end.file)}" installed, and its directory on PATH?`;
  if (end.code === 127) return "Exit code 127 usually means that the program is not installed there.";
  return undefined;
}

function startFailure({ error, file }: StageEnd): string {
  if (error?.code === "ENOENT") return `there is no program "${printable(file)}"`;
  if (error?.code === "E2BIG") return "its arguments are too long";
  return error?.code ?? "it cannot be started";
}

function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : quote(text);
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
