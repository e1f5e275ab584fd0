import type { LogLevel } from "@backurne/model";
import { printable } from "@backurne/model";
import type { Logger } from "pino";
import type { World } from "./world.ts";

export interface Log {
  readonly logger: Logger;
  /** Sends lines elsewhere, for as long as something else is drawn on the terminal. */
  divert(write: ((text: string) => void) | undefined): void;
}

/** JSON lines on stderr; on a terminal the same lines for people. */
export async function openLog(level: LogLevel, { stderr }: Pick<World, "stderr">): Promise<Log> {
  const { pino } = await import("pino");
  let write = stderr.write;
  const lines = { write: (line: string) => write(stderr.isTerminal ? readable(line) : line) };
  return {
    logger: pino({ level, base: null }, lines),
    divert: (elsewhere) => {
      write = elsewhere ?? stderr.write;
    },
  };
}

const LEVELS: Readonly<Record<number, string>> = { 10: "trace", 20: "debug", 30: "info", 40: "warn", 50: "error" };

function readable(line: string): string {
  const { level, time: _time, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  return `${printable(`${LEVELS[Number(level)] ?? ""} ${String(msg)}${rest.join("")}`)}\n`;
}
