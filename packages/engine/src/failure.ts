import { CommandError } from "@backurne/exec";
import { BackurneError, describeError, type Failure } from "@backurne/model";

/** What was thrown, in the shape reports carry. */
export function failureOf(error: unknown): Failure {
  const detail =
    error instanceof CommandError
      ? error.stages
          .map((stage) => stage.stderr.trim())
          .filter(Boolean)
          .join("\n") || undefined
      : undefined;
  const code = error instanceof BackurneError ? error.code : "unexpected";
  const cause = error instanceof CommandError && error.commit ? causeOf(error) : "";
  return {
    message: describeError(error) + cause,
    code,
    hint: error instanceof BackurneError ? error.hint : undefined,
    detail,
  };
}

function causeOf({ cause }: Error): string {
  return cause instanceof BackurneError ? `: ${cause.message}` : "";
}
