import { exitCodeOfError, runToldPrecheck } from "@backurne/reports";
import { dressHelp } from "../help.ts";
import type { GlobalArgs } from "../help.ts";
import { openLog } from "../log.ts";
import { printDocument, printLines } from "../print.ts";
import { lookOf } from "../render/look.ts";
import { renderPrecheck } from "../render/precheck.ts";
import type { Command } from "./command.ts";
import { withBackurne } from "./session.ts";

export const precheck: Command = {
  name: "precheck",
  summary: "look for problems and store them for check; each backup does so too",
  build: (parser) =>
    dressHelp(parser, {
      usage:
        "backurne precheck\n\nLooks for everything that is wrong with the backups and stores it: in the backup pool, and in\n" +
        "check.json of state_dir, from which `backurne check` reads it. Problems found are no failure: exit 0,\n" +
        "or 3 where somebody who is to be told of them could not be.",
      examples: [
        ["backurne precheck", "now; put it into cron where backups run seldom"],
        ["backurne precheck --json | jq '.problems[]'", "for programs"],
      ],
    }),
  run: (args: GlobalArgs, world) =>
    withBackurne({ args, world }, async ({ backurne, settings, openTelling }) => {
      const { untold } = await runToldPrecheck({
        look: () => backurne.precheck(),
        tell: (failure) => openTelling().tellPrecheck(failure),
        lost: async (line) => (await openLog(args.logLevel ?? settings.logLevel, world)).logger.error(line),
        show(found) {
          if (args.json) printDocument(found, world);
          else printLines(renderPrecheck(found, lookOf({ settings, world })), world);
        },
      });
      return untold.length === 0 ? 0 : exitCodeOfError("command");
    }),
};
