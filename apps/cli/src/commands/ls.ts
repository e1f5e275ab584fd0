import { dressHelp } from "../help.ts";
import type { GlobalArgs } from "../help.ts";
import { printDocument, printLines } from "../print.ts";
import { renderImages, renderPoints } from "../render/listings.ts";
import { lookOf } from "../render/look.ts";
import type { Command } from "./command.ts";
import { withBackurne } from "./session.ts";

interface LsArgs extends GlobalArgs {
  readonly image?: string | undefined;
  readonly uuid?: boolean | undefined;
}

export const ls: Command = {
  name: "ls [image]",
  summary: "list the backups, or the snapshots of one",
  build: (parser) =>
    dressHelp(parser, {
      usage: "backurne ls [IMAGE]\n\nLists the backups, or the snapshots of one, oldest first.",
      examples: [
        ["backurne ls", "every image, its last good backup, its state"],
        ["backurne ls rook/csi-vol-1", "the snapshots of one image"],
        ["backurne ls px1/web01/scsi0", "of one disk of a guest, and whether the guest stood still for them"],
        ["backurne ls --json | jq -r '.[].uuid'", "a bare array, as the old tool printed"],
      ],
    })
      .positional("image", {
        type: "string",
        describe: "CLUSTER/IMAGE or CLUSTER/GUEST/DISK, the rbd name, or any unique part",
      })
      .option("uuid", { type: "boolean", describe: "show the names of rbd images and snapshots" }),
  run: (args: LsArgs, world) =>
    withBackurne({ args, world }, async ({ backurne, settings }) => {
      const look = lookOf({ settings, world, uuid: args.uuid });
      if (args.image === undefined) {
        const images = await backurne.list();
        if (args.json) printDocument(images, world);
        else printLines(renderImages(images, look), world);
      } else {
        const points = await backurne.points(args.image);
        if (args.json) printDocument(points, world);
        else printLines(renderPoints(points, look), world);
      }
      return 0;
    }),
};
