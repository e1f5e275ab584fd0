import { CommandError, type Command, type CommandResult } from "@backurne/exec";
import type { Run } from "../src/index.ts";

/** How one command ends, as the programs do: an exit code, and what they print. */
export interface End {
  readonly code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  /** It does not end by itself: a signal, or whoever ran it failed. */
  readonly breaks?: NodeJS.Signals | { readonly file: string; readonly code: number };
}

export interface Asked {
  readonly argv: readonly string[];
  readonly lane: string | undefined;
  readonly input: string | undefined;
}

export interface FakeRun {
  readonly run: Run;
  readonly asked: readonly Asked[];
}

/** A `Run` that obeys its contract: an exit code that is not among the command's `answers` is a failure. */
export function fakeRun(...ends: readonly End[]): FakeRun {
  const asked: Asked[] = [];
  async function run(command: Command, lane?: string, input?: string): Promise<CommandResult> {
    const { code = 0, stdout = "", stderr = "", breaks } = ends[Math.min(asked.length, ends.length - 1)] ?? {};
    asked.push({ argv: [command.file, ...command.args], lane, input });
    if (breaks !== undefined) {
      const how = typeof breaks === "string" ? { code: undefined, signal: breaks } : { signal: undefined, ...breaks };
      throw new CommandError(`ended by ${how.signal ?? how.code}`, { stages: [{ ...command, stderr, ...how }] });
    }
    if (code !== 0 && !command.answers?.includes(code)) throw new Error(`exit ${code}: ${stderr}`);
    return { stdout, code, stages: [{ file: command.file, args: command.args, code, signal: undefined, stderr }] };
  }
  return { run, asked };
}
