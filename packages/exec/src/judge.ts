import { BackurneError, describeError } from "@backurne/model";
import { describeCommand, describeEnd, describePipeline, findCulprit, hasFailed, hintFor } from "./blame.ts";
import { CommandError } from "./error.ts";
import type { Refusal } from "./gate.ts";
import type { StageEnd } from "./stage.ts";
import type { CommandResult, Pipeline, StageResult } from "./types.ts";

/** Why we ended a run ourselves. */
export type Stop =
  | { readonly kind: "aborted"; readonly cause: unknown }
  | { readonly kind: "timeout"; readonly milliseconds: number }
  | { readonly kind: "unfed"; readonly cause: unknown }
  | { readonly kind: "flooded"; readonly bytes: number };

/** All that is known after every stage ended. */
export interface Outcome {
  readonly pipeline: Pipeline;
  readonly ends: readonly StageEnd[];
  /** Indices of the stages that we ended. */
  readonly stopped: ReadonlySet<number>;
  readonly stop: Stop | undefined;
  readonly commit:
    | { readonly into: number; readonly released: boolean; readonly refusal: Refusal | undefined }
    | undefined;
  readonly stdout: Buffer;
}

/** The result of a run, or the error it is rejected with. */
export function judge(outcome: Outcome): CommandResult | BackurneError {
  const { pipeline, ends, commit } = outcome;
  const order = [...ends.keys()].toSorted((a, b) => ends[a]!.at - ends[b]!.at);
  const failed = new Map(order.filter((at) => hasFailed(pipeline[at]!, ends[at]!)).map((at) => [at, ends[at]!]));
  const stages = ends.map(({ file, args, code, signal, stderr }): StageResult => ({
    file,
    args,
    code,
    signal,
    stderr,
  }));
  const held = commit !== undefined && !commit.released;

  // a stage that we told to end may well exit 0
  const complete = outcome.stop === undefined || (outcome.stopped.size === 0 && outcome.stop.kind !== "flooded");
  if (failed.size === 0 && !held && complete) {
    return { stdout: outcome.stdout.toString("utf8"), code: ends.at(-1)!.code!, stages };
  }
  if (outcome.stop !== undefined) return describeStop(outcome.stop, pipeline, { stages, held });
  if (held) return describeRefusal(outcome, failed, stages);
  const culprit = findCulprit(failed, outcome.stopped) ?? [...failed.keys()][0]!;
  const end = ends[culprit]!;
  return new CommandError(describeEnd(pipeline[culprit]!, end), {
    stages,
    failed: culprit,
    hint: hintFor(end),
    cause: end.error,
  });
}

function describeStop(
  stop: Stop,
  pipeline: Pipeline,
  { stages, held }: { readonly stages: readonly StageResult[]; readonly held: boolean },
): BackurneError {
  const what = describePipeline(pipeline);
  if (stop.kind === "aborted") return new BackurneError("interrupted", `stopped: ${what}`, { cause: stop.cause });
  const failure = { stages, commit: held ? ("refused" as const) : undefined };
  if (stop.kind === "unfed") {
    const message = `what was given to ${what} broke off: ${describeError(stop.cause)}`;
    return new CommandError(message, { ...failure, cause: stop.cause });
  }
  return stop.kind === "timeout"
    ? new CommandError(`no answer within ${stop.milliseconds / 1000} s: ${what}`, failure)
    : new CommandError(`more than ${stop.bytes} bytes of output: ${what}`, failure);
}

function describeRefusal(
  { pipeline, ends, stopped, commit }: Outcome,
  failed: ReadonlyMap<number, StageEnd>,
  stages: readonly StageResult[],
): CommandError {
  const { into, refusal } = commit!;
  if (refusal?.kind === "not-allowed") {
    const reason = refusal.cause === undefined ? (refusal.reason ?? "") : describeError(refusal.cause);
    const message = `commit into ${describeCommand(pipeline[into]!)} not allowed: ${reason}`;
    return new CommandError(message, { stages, commit: "not-allowed", cause: refusal.cause });
  }
  // A failed source explains a stream without its end; a receiver that fails after a refusal is its consequence.
  const sources = new Map([...failed].filter(([at]) => at < into));
  const source = findCulprit(sources, stopped);
  const blamed = source ?? refusal?.stage ?? (refusal?.reason === undefined ? findCulprit(failed, stopped) : undefined);
  const reason = blamed === undefined ? refusal?.reason : describeEnd(pipeline[blamed]!, ends[blamed]!);
  return new CommandError(`commit refused: ${reason || "the stream was cut"}`, {
    stages,
    failed: blamed,
    commit: "refused",
    hint: blamed === undefined ? undefined : hintFor(ends[blamed]!),
    cause: blamed === undefined ? undefined : ends[blamed]!.error,
  });
}
