import type { Command, CommandResult } from "@backurne/exec";
import type { Run } from "../src/index.ts";

/** How one command ends, as the programs do: an exit code, and what they print. */
export interface End {
  readonly code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
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
    const { code = 0, stdout = "", stderr = "" } = ends[Math.min(asked.length, ends.length - 1)] ?? {};
    asked.push({ argv: [command.file, ...command.args], lane, input });
    if (code !== 0 && !command.answers?.includes(code)) throw new Error(`exit ${code}: ${stderr}`);
    return { stdout, code, stages: [{ file: command.file, args: command.args, code, signal: undefined, stderr }] };
  }
  return { run, asked };
}
