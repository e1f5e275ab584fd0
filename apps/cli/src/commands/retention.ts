import { exitCodeOfRecount } from "@backurne/reports";
import { dressHelp } from "../help.ts";
import type { GlobalArgs } from "../help.ts";
import { printDocument, printLines } from "../print.ts";
import { lookOf } from "../render/look.ts";
import { renderRetention } from "../render/retention.ts";
import { refuseRepeated } from "../usage.ts";
import type { Command } from "./command.ts";
import { withBackurne } from "./session.ts";

interface RetentionArgs extends GlobalArgs {
  readonly action: "apply";
  readonly image?: string | undefined;
  readonly cluster?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly uuid?: boolean | undefined;
}

export const retention: Command = {
  name: "retention <action> [image]",
  summary: "apply the configured counts and intervals to the snapshots that stand",
  build: (parser) =>
    dressHelp(parser, {
      usage:
        "backurne retention apply [IMAGE] [OPTIONS]\n\nThe count in a snapshot's name governs it, and so does the interval its profile had then: a changed configuration does not rewrite history. This applies the configured counts and intervals to the snapshots that stand now; later ones keep what they were made under. Nothing is removed by it: the next backup does that. Where that would be much at once it refuses, and --accept-removals lets it.",
      examples: [
        ["backurne retention apply --dry-run", "what would change, and what would expire by it"],
        ["backurne retention apply", "every image"],
        ["backurne retention apply px1/web01/scsi0", "one image; the way back is the same, after the configuration"],
      ],
    })
      .positional("action", { choices: ["apply"] as const, describe: "what to do" })
      .positional("image", {
        type: "string",
        describe: "CLUSTER/IMAGE or CLUSTER/GUEST/DISK, the rbd name, or any unique part",
      })
      .option("cluster", {
        type: "string",
        requiresArg: true,
        coerce: refuseRepeated("cluster"),
        describe: "only images of this live cluster",
      })
      .option("dry-run", { type: "boolean", describe: "show it, write nothing" })
      .option("uuid", { type: "boolean", describe: "show the names of rbd images" }),
  run: ({ image, cluster, dryRun, ...args }: RetentionArgs, world) =>
    withBackurne({ args, world }, async ({ backurne, settings }) => {
      const report = await backurne.applyCounts({ image, cluster, dryRun });
      const look = lookOf({ settings, world, uuid: args.uuid });
      if (args.json) printDocument(report, world);
      else printLines(renderRetention(report, { look, named: image !== undefined }), world);
      return exitCodeOfRecount(report);
    }),
};
