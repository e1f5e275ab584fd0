import { describePipeline, type Transport } from "@backurne/exec";
import { BackurneError, type HelperCommand, type HelperSettings, printable } from "@backurne/model";
import { answersOf, bashArgs } from "./script.ts";

/**
 * Runs pipelines through a command that runs its arguments elsewhere (`kubectl exec -i pod --`). No shell joins
 * them, so nothing is quoted. It must pass stdin on (`-i`), or a life line ends at once.
 */
export function helperTransport({ cmd, args }: HelperCommand): Transport {
  const place = printable([cmd, ...args].join(" "));
  return {
    place,
    wrap: (pipeline, options = {}) => [
      {
        file: cmd,
        args: [...args, "bash", ...bashArgs(pipeline, options)],
        answers: answersOf(pipeline),
        label: `${describePipeline(pipeline)} on ${place}`,
      },
    ],
  };
}

/** The command to use when `settings.get` printed `output`: its one line replaces `%HELPERNAME%`. */
export function resolveHelper({ use, get }: HelperSettings, output = ""): HelperCommand {
  if (get === undefined) return use;
  const name = output.trim();
  if (!/^[^\s-]\S*$/.test(name) || name.includes("\0")) {
    throw new BackurneError("command", `the helper's name is not one word: "${printable(name)}"`, {
      hint: `${printable([get.cmd, ...get.args].join(" "))} has to print one name.`,
    });
  }
  const replace = (text: string) => text.replaceAll("%HELPERNAME%", () => name);
  return { cmd: replace(use.cmd), args: use.args.map(replace) };
}
