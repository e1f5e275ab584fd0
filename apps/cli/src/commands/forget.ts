import { dressHelp } from "../help.ts";
import type { GlobalArgs } from "../help.ts";
import { printDocument, printLines } from "../print.ts";
import { lookOf } from "../render/look.ts";
import { renderForgotten } from "../render/trash.ts";
import type { Command } from "./command.ts";
import { IMAGE } from "./references.ts";
import { withBackurne } from "./session.ts";

interface ForgetArgs extends GlobalArgs {
  readonly image: string;
}

export const forget: Command = {
  name: "forget <image>",
  summary: "put the backups of a disk that is backed up no more into the trash",
  build: (parser) =>
    dressHelp(parser, {
      usage:
        "backurne forget IMAGE\n\nFor disks that are excluded, switched off, not in the configuration any more, or gone: their backups stand still until then. They can be had back for `trash_days`.",
      examples: [
        ["backurne forget rook/csi-vol-1", "all its backups go into the trash"],
        ["backurne trash ls", "until when they can be had back"],
        ["backurne trash restore rook/csi-vol-1", "the way back"],
      ],
    }).positional("image", IMAGE),
  run: (args: ForgetArgs, world) =>
    withBackurne({ args, world }, async ({ backurne, settings }) => {
      const forgotten = await backurne.forget(args.image);
      if (args.json) printDocument(forgotten, world);
      else printLines(renderForgotten(forgotten, lookOf({ settings, world })), world);
      return 0;
    }),
};
