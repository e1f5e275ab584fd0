import { describeEnd, describePipeline, hasFailed, hintFor } from "./blame.ts";
import { CommandError } from "./error.ts";
import { createTail } from "./lines.ts";
import type { Answer } from "./side-by-side.ts";
import { stderrKept } from "./stage.ts";
import type { Command, CommandResult } from "./types.ts";

/** What a member of a group would have been given alone. */
export function judgeAnswer(command: Command, answer: Answer, place: string): CommandResult | CommandError {
  const tail = createTail(stderrKept);
  tail.push(answer.stderr);
  tail.end();
  const { file, args } = command;
  const stage = { file, args, code: answer.code, signal: undefined, stderr: tail.text().trimEnd() };
  const end = { ...stage, at: 0 };
  if (!hasFailed(command, end)) return { stdout: answer.stdout.toString("utf8"), code: answer.code, stages: [stage] };
  const label = place === "local" ? command.label : `${describePipeline([command])} on ${place}`;
  return new CommandError(describeEnd({ ...command, label }, end), { stages: [stage], failed: 0, hint: hintFor(end) });
}
