import { dressHelp } from "../help.ts";
import type { GlobalArgs } from "../help.ts";
import { printDocument, printLines } from "../print.ts";
import { renderExplanation } from "../render/explanation.ts";
import { lookOf } from "../render/look.ts";
import type { Command } from "./command.ts";
import { withBackurne } from "./session.ts";

interface ExplainArgs extends GlobalArgs {
  readonly image: string;
  readonly uuid?: boolean | undefined;
}

export const explain: Command = {
  name: "explain <image>",
  summary: "the verdict on each snapshot of one image, both sides, with its reason",
  build: (parser) =>
    dressHelp(parser, {
      usage:
        "backurne explain IMAGE\n\nThe policy of one image, and the verdict on each of its snapshots, both sides;\nof a backup also when it will expire if runs go on as they do.",
      examples: [
        ["backurne explain rook/csi-vol-1", "by cluster and image"],
        ["backurne explain px1/web01/scsi0", "by cluster, guest and disk"],
        ["backurne explain csi-vol-1", "by any part that is unique"],
        ["backurne explain 'rook;csi-vol-1;None'", "by the rbd name"],
      ],
    })
      .positional("image", {
        type: "string",
        describe: "CLUSTER/IMAGE or CLUSTER/GUEST/DISK, the rbd name, or any unique part",
      })
      .option("uuid", { type: "boolean", describe: "show the names of rbd snapshots" }),
  run: (args: ExplainArgs, world) =>
    withBackurne({ args, world }, async ({ backurne, settings }) => {
      const explained = await backurne.explain(args.image);
      if (args.json) printDocument(explained, world);
      else printLines(renderExplanation(explained, lookOf({ settings, world, uuid: args.uuid })), world);
      return 0;
    }),
};
