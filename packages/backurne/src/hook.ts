import { judgeProgram } from "@backurne/config";
import type { House } from "@backurne/engine";
import { CommandError, type Command, type Executor } from "@backurne/exec";
import { describeError, printable } from "@backurne/model";

/** Characters of its output that are kept. */
const KEPT = 4096;

/**
 * What a hook prints on stdout goes the way of its stderr: both stay in order, only the end is kept, and what a hook
 * leaves running behind it holds nobody up. All else is arguments, never script.
 */
const ONE_WAY = 'exec "$0" "$@" >&2';

/** Runs programs of the operator's. */
export function hookRunner(executor: Executor): House["runHook"] {
  return async ({ kind, program, guest, image = "", about, timeout }, signal) => {
    // Looked at each time: since the configuration was read, whoever can write the file may have done so.
    const refusal = await judgeProgram(program, process.getuid?.() ?? 0);
    if (refusal !== undefined) return { output: "", failure: printable(`${program}: ${refusal}`) };
    const command: Command = {
      file: "/bin/sh",
      // As the old tool did: a hook about a guest is given three arguments too.
      args: ["-c", ONE_WAY, program, kind, guest, image],
      env: { BACKURNE_HOOK: kind },
      label: program,
    };
    try {
      const { stages } = await executor.run([command], { input: JSON.stringify(about), timeout, signal });
      return { output: endOf(stages) };
    } catch (error) {
      const output = error instanceof CommandError ? endOf(error.stages) : "";
      return { output, failure: printable(describeError(error)) };
    }
  };
}

/** Its lines, safe to print. */
function endOf([stage]: CommandError["stages"]): string {
  const lines = stage?.stderr.split("\n") ?? [];
  return lines.map(printable).join("\n").slice(-KEPT);
}
