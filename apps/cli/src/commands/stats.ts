import { addUpUsage } from "@backurne/reports";
import { dressHelp } from "../help.ts";
import type { GlobalArgs } from "../help.ts";
import { printDocument, printLines } from "../print.ts";
import { lookOf } from "../render/look.ts";
import { renderStats } from "../render/stats.ts";
import type { Command } from "./command.ts";
import { withBackurne } from "./session.ts";

interface StatsArgs extends GlobalArgs {
  readonly uuid?: boolean | undefined;
}

export const stats: Command = {
  name: "stats",
  summary: "the space each backup uses, smallest first, and the total",
  build: (parser) =>
    dressHelp(parser, {
      usage: "backurne stats\n\nThe space each backup uses with all its snapshots, smallest first, and the total.",
      examples: [
        ["backurne stats", "in units for people"],
        ["backurne stats --json", "in bytes"],
      ],
    }).option("uuid", { type: "boolean", describe: "show the names of rbd images" }),
  run: (args: StatsArgs, world) =>
    withBackurne({ args, world }, async ({ backurne, settings }) => {
      const document = addUpUsage(await backurne.stats());
      if (args.json) printDocument(document, world);
      else printLines(renderStats(document, lookOf({ settings, world, uuid: args.uuid })), world);
      return 0;
    }),
};
