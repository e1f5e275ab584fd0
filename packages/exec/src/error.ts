import { BackurneError } from "@backurne/model";
import type { StageResult } from "./types.ts";

/** Why the last byte was not sent: the stream or a stage was bad, or `allow()` said no. */
export type CommitRefusal = "refused" | "not-allowed";

export interface CommandFailure {
  readonly stages: readonly StageResult[];
  /** Index of the stage that failed for a reason of its own. */
  readonly failed?: number | undefined;
  readonly commit?: CommitRefusal | undefined;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** 255 is what ssh itself fails with: it found no way there, or lost it. */
export function hasLostSsh(error: unknown): error is CommandError {
  return error instanceof CommandError && error.stages.some(({ file, code }) => file === "ssh" && code === 255);
}

/** A pipeline that failed: argv, exit code or signal, and the end of stderr, of every stage. */
export class CommandError extends BackurneError {
  readonly stages: readonly StageResult[];
  /** Index of the stage that failed for a reason of its own; undefined when no stage is to blame. */
  readonly failed: number | undefined;
  /** Set when a commit was asked for and the last byte was not sent. */
  readonly commit: CommitRefusal | undefined;

  constructor(message: string, failure: CommandFailure) {
    super("command", message, { hint: failure.hint, cause: failure.cause });
    this.name = "CommandError";
    this.stages = failure.stages;
    this.failed = failure.failed;
    this.commit = failure.commit;
  }
}
