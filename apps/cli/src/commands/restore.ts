import { restore as restoreDisk, type RestoreArgs } from "../run-restore.ts";
import { dressHelp } from "../help.ts";
import { refuseRepeated } from "../usage.ts";
import type { Command } from "./command.ts";
import { withBackurne } from "./session.ts";

export const restore: Command = {
  name: "restore <image> <snapshot>",
  summary: "bring a whole disk back into a new image, compared by hash before it has its name",
  build: (parser) =>
    dressHelp(parser, {
      usage:
        "backurne restore IMAGE SNAPSHOT --to CLUSTER/POOL/[NAMESPACE/]NAME [OPTIONS]\n\n" +
        "Brings a whole disk back into a new image, of a live cluster or of the backup cluster\n" +
        "itself (called backup); never over one that exists. The image has its name when every\n" +
        "byte of it has been compared.",
      examples: [
        ["backurne restore rook/vol-1 latest --to rook/rbd/back", "the newest backup"],
        ["backurne restore db @2026-11-02 --to px1/ceph/vm-100-disk-9", "the one of that day; POOL may be a storage"],
        ["backurne restore db latest --to backup/scratch/db --dry-run", "check everything, write nothing"],
      ],
    })
      .positional("image", {
        type: "string",
        describe: "CLUSTER/IMAGE or CLUSTER/GUEST/DISK, the rbd name, or any unique part",
      })
      .positional("snapshot", {
        type: "string",
        describe: "latest, @ and a local time as in @2026-11-02T01:00 (or its unique beginning), or the name",
      })
      .option("to", {
        type: "string",
        requiresArg: true,
        demandOption: true,
        coerce: refuseRepeated("to"),
        describe: "CLUSTER/POOL/NAME or CLUSTER/POOL/NAMESPACE/NAME",
      })
      .option("dry-run", { type: "boolean", describe: "check everything that can be checked, write nothing" }),
  run: (args: RestoreArgs, world) =>
    withBackurne({ args, world }, (session) => restoreDisk(args, { ...session, world })),
};
