import { dressHelp } from "../help.ts";
import { addRunOptions } from "../run-options.ts";
import type { RunArgs } from "../run-options.ts";
import { runBackup } from "../run-backup.ts";
import type { Command } from "./command.ts";
import { showPlan } from "./plan.ts";
import { withBackurne } from "./session.ts";

interface BackupArgs extends RunArgs {
  readonly dryRun?: boolean | undefined;
}

export const backup: Command = {
  name: "backup",
  summary: "back up everything that is due, then expire what is old on both sides",
  build: (parser) =>
    dressHelp(addRunOptions(parser), {
      usage: "backurne backup [OPTIONS]\n\nBacks up everything that is due, then expires what is old on both sides.",
      examples: [
        ["backurne backup", "everything that is due; put this into cron"],
        ["backurne backup --dry-run", "the same as: backurne plan"],
        ["backurne backup --cluster rook --profile hourly", "a part of it"],
        ["backurne backup --cluster px1 --vmid 100", "one guest of a Proxmox cluster"],
        ["backurne backup --take-over prove", "the first run on a pool of the old tool"],
        ["backurne backup --json", "the plan, an event a line, the report last"],
      ],
    }).option("dry-run", { type: "boolean", describe: "change nothing: show the plan" }),
  run: (args: BackupArgs, world) =>
    args.dryRun
      ? showPlan(args, world)
      : withBackurne({ args, world }, (session) => runBackup(args, { ...session, world })),
};
