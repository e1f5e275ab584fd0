import { BackurneError, printable } from "@backurne/model";
import { describePipeline } from "./blame.ts";
import type { Pipeline, RunOptions } from "./types.ts";

/** Refuses what can never run, and what was interrupted before it began. */
export function checkRun(pipeline: Pipeline, { commit, signal }: RunOptions): void {
  const words = pipeline.flatMap(({ file, args, env }) => [file, ...args, ...Object.entries(env ?? {}).flat()]);
  const nul = words.find((text) => text.includes("\0"));
  if (nul !== undefined) throw new BackurneError("usage", `argument contains a NUL byte: ${printable(nul)}`);
  if (commit !== undefined && (commit.into < 1 || pipeline[commit.into] === undefined)) {
    throw new BackurneError(
      "unexpected",
      `a pipeline of ${pipeline.length} has no stage ${commit.into} to commit into`,
    );
  }
  if (signal?.aborted) {
    throw new BackurneError("interrupted", `not started: ${describePipeline(pipeline)}`, {
      cause: signal.reason,
    });
  }
}
