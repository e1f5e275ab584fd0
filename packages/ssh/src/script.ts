import { type Command, type Pipeline, quote, type WrapOptions } from "@backurne/exec";
import { BackurneError, printable } from "@backurne/model";

/** The arguments of the bash that runs the pipeline somewhere else; it fails when any stage does. */
export function bashArgs(pipeline: Pipeline, options: WrapOptions): readonly string[] {
  const body = pipeline.map(stageScript).join(" | ");
  // --norc: a bash started by sshd reads ~/.bashrc, and what that prints would be in the stream
  return ["--norc", "-o", "pipefail", "-c", `${environment}\n${options.lifeline === true ? onLifeline(body) : body}`];
}

/** Exit codes of the last, and only, stage that are answers. Of several, nobody could say whose code it was. */
export function answersOf(pipeline: Pipeline): readonly number[] | undefined {
  if (pipeline.length === 1) return pipeline[0].answers;
  if (pipeline.every(({ answers }) => answers === undefined || answers.length === 0)) return undefined;
  throw new BackurneError("unexpected", "exit codes as answers need a command of their own on the other side");
}

const environment = "export LC_ALL=C TZ=UTC";

/** `exec` runs programs only: a file named like a builtin or a keyword of bash stays a file. */
function stageScript({ file, args, env = {} }: Command): string {
  const words = [file, ...args].map(quote).join(" ");
  return [...Object.entries(env).map(assignment), `exec -- ${words}`].join(" ");
}

function assignment([name, value]: [string, string]): string {
  if (/^[A-Za-z_]\w*$/.test(name)) return `${name}=${quote(value)}`;
  throw new BackurneError("usage", `not a name of an environment variable: ${printable(name)}`);
}

/**
 * sshd does not end a command whose client died. So our stdin, which stays empty, is the life line: when it ends,
 * the commands, a process group of their own (`set -m`), get SIGTERM and 5 s later SIGKILL. The group's leader and
 * this script wait for them, whatever they are sent (`trap`); after that, what is left of both groups has no purpose.
 * The watch ignores SIGTERM, which may reach it before it has its own group (a helper command that is local).
 * Bash's notices about jobs go nowhere: they would hide the last words of the commands.
 */
function onLifeline(body: string): string {
  return `exec 3<&0 4>&2 </dev/null 2>/dev/null
trap : TERM
set -m
(trap : TERM; exec 3<&- 2>&4 4>&-; ${body}) & work=$!
trap '' TERM
(exec >/dev/null; trap '' PIPE
while read -r _ <&3; do :; done
kill -TERM -- "-$work"; echo 'standard input ended: stopping' >&4; exec 4>&-
for ((left = 25; left > 0; left--)); do kill -0 -- "-$work" || exit; sleep 0.2; done
kill -KILL -- "-$work") & watch=$!
trap : TERM
exec 3<&- 4>&-
while wait "$work"; code=$?; kill -0 "$work"; do :; done
kill -KILL -- "-$work" "-$watch"
exit "$code"`;
}
