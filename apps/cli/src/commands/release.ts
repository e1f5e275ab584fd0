import { BackurneError } from "@backurne/model";
import { dressHelp } from "../help.ts";
import type { GlobalArgs } from "../help.ts";
import { printDocument, printLines } from "../print.ts";
import { renderRelease } from "../render/holds.ts";
import { lookOf } from "../render/look.ts";
import type { Command } from "./command.ts";
import { IMAGE, SNAPSHOT } from "./references.ts";
import { withBackurne } from "./session.ts";

interface ReleaseArgs extends GlobalArgs {
  readonly image: string;
  readonly snapshot?: string | undefined;
  readonly all?: boolean | undefined;
}

export const release: Command = {
  name: "release <image> [snapshot]",
  summary: "end a hold, or confirm a change alarm",
  build: (parser) =>
    dressHelp(parser, {
      usage:
        "backurne release IMAGE [SNAPSHOT] [--all]\n\nEnds the hold on one snapshot; without SNAPSHOT what holds the whole image, a change alarm included. Snapshots that are held by themselves stay so.",
      examples: [
        ["backurne release px1/web01/scsi0 @2026-11-02T01:00", "one snapshot"],
        ["backurne release px1/web01/scsi0", "the whole image; what changed so much is as it should be"],
        ["backurne release px1/web01/scsi0 --all", "every snapshot of it, too"],
      ],
    })
      .positional("image", IMAGE)
      .positional("snapshot", SNAPSHOT)
      .option("all", { type: "boolean", describe: "also every snapshot that is held by itself" }),
  run: (args: ReleaseArgs, world) =>
    withBackurne({ args, world }, async ({ backurne, settings }) => {
      const { image, snapshot, all } = args;
      if (all && snapshot !== undefined)
        throw new BackurneError("usage", "--all means every snapshot: name none", {
          hint: "see backurne release --help",
        });
      const report = await backurne.release({ image, snapshot, all });
      if (args.json) printDocument(report, world);
      else printLines(renderRelease(report, lookOf({ settings, world })), world);
      return 0;
    }),
};
