import { describeError, printable } from "@backurne/model";
import { describeCheck, judgePrecheck, unknownStatus } from "@backurne/reports";
import type { CheckStatus } from "@backurne/reports";
import { dressHelp } from "../help.ts";
import type { GlobalArgs } from "../help.ts";
import { printDocument, printLines } from "../print.ts";
import type { World } from "../world.ts";
import type { Command } from "./command.ts";

interface CheckArgs extends GlobalArgs {
  readonly stateDir?: string | undefined;
}

/** Monitoring systems cut what is longer. */
const LINES = 100;

export const check: Command = {
  name: "check",
  summary: "what precheck stored, as a monitoring plugin: exit 0 ok, 1 warning, 2 critical, 3 unknown",
  build: (parser) =>
    dressHelp(parser, {
      usage:
        "backurne check\n\nPrints what `backurne precheck`, or the last backup, stored on this host, as Nagios and Icinga want it.\n" +
        "It asks no cluster and needs no key. Exit codes of its own: 0 ok, 1 warning, 2 critical (also when\n" +
        "precheck has not run for check.max_age), 3 unknown (configuration or check.json cannot be read).",
      examples: [
        ["backurne check", "state_dir as the configuration says, or /var/lib/backurne for who may not read it"],
        ["backurne check --state-dir /var/lib/backurne", "for a user who may not read the configuration; the fastest"],
        ["backurne check --json", "for programs; the same exit codes"],
      ],
    }).option("state-dir", { type: "string", requiresArg: true, describe: "the directory with check.json" }),
  run: async (args: CheckArgs, world) => {
    const status = await askStored(args, world);
    if (args.json) printDocument(status, world);
    else printLines(shorten(describeCheck(status, world.now()).map(printable)), world);
    return status.exit;
  },
};

async function askStored({ config, stateDir }: CheckArgs, { env, now }: World): Promise<CheckStatus> {
  try {
    const { loadPrecheck } = await import("backurne/check");
    return judgePrecheck(await loadPrecheck({ flag: config, env, stateDir }), now());
  } catch (error) {
    return unknownStatus(describeError(error).replaceAll("\n", "; "));
  }
}

function shorten(lines: readonly string[]): readonly string[] {
  const left = lines.length - LINES;
  return left > 0 ? [...lines.slice(0, LINES), `and ${left} more: backurne check --json`] : lines;
}
