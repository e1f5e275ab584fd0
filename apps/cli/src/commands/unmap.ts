import { dressHelp } from "../help.ts";
import type { GlobalArgs } from "../help.ts";
import { printDocument, printLines } from "../print.ts";
import { lookOf } from "../render/look.ts";
import { renderUnmapped } from "../render/mappings.ts";
import { showMapping } from "../show-mapping.ts";
import type { Command } from "./command.ts";
import { SNAPSHOT } from "./references.ts";
import { withBackurne } from "./session.ts";

interface UnmapArgs extends GlobalArgs {
  readonly image: string;
  readonly snapshot?: string | undefined;
}

export const unmap: Command = {
  name: "unmap <image> [snapshot]",
  summary: "undo what map made, whoever made it, and however that ended",
  build: (parser) =>
    dressHelp(parser, {
      usage:
        "backurne unmap ID\nbackurne unmap IMAGE [SNAPSHOT]\n\n" +
        "Closes what map opened, newest first, as its journal has it: also after a crash or a\n" +
        "reboot. What is in use stays, and is named; the rest of it can be undone afterwards.",
      examples: [
        ["backurne unmap m3", "by the short id that map and list-mapped print"],
        ["backurne unmap px1/web01/scsi0 @2026-11-02", "by what is mapped"],
      ],
    })
      .positional("image", { type: "string", describe: "short id of the mapping, or the image that is mapped" })
      .positional("snapshot", SNAPSHOT),
  run: (args: UnmapArgs, world) =>
    withBackurne({ args, world, sweep: false }, async ({ backurne, settings }) => {
      const { image, snapshot } = args;
      const shown = showMapping(world.stderr);
      try {
        const undone = await backurne.unmap({ image, snapshot }, { signal: world.stop, onEvent: shown.event });
        shown.close();
        if (args.json) printDocument(undone, world);
        else printLines(renderUnmapped(undone, lookOf({ settings, world })), world);
        return 0;
      } finally {
        shown.close();
      }
    }),
};
