import { exitCodeOfError } from "@backurne/reports";
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
      const tell = async (failure?: unknown): Promise<boolean> => {
        const untold = await openTelling().tellPrecheck(failure);
        const { logger } = await openLog(args.logLevel ?? settings.logLevel, world);
        for (const { about, failure: why } of untold) logger.error(`${about}: ${why.message}`);
        return untold.length === 0;
      };
      const found = await backurne.precheck().catch(async (error: unknown) => {
        await tell(error);
        throw error;
      });
      if (args.json) printDocument(found, world);
      else printLines(renderPrecheck(found, lookOf({ settings, world })), world);
      return (await tell()) ? 0 : exitCodeOfError("command");
    }),
};
