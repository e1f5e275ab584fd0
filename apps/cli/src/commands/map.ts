import { BackurneError } from "@backurne/model";
import type { Mapped } from "@backurne/reports/schemas";
import { dressHelp } from "../help.ts";
import type { GlobalArgs } from "../help.ts";
import { printDocument, printLines } from "../print.ts";
import { lookOf } from "../render/look.ts";
import { renderMapped } from "../render/mappings.ts";
import { showMapping } from "../show-mapping.ts";
import { refuseRepeated } from "../usage.ts";
import type { Command } from "./command.ts";
import { withBackurne } from "./session.ts";

interface MapArgs extends GlobalArgs {
  readonly image: string;
  readonly snapshot: string;
  readonly vmdk?: string | undefined;
  readonly with?: readonly string[] | undefined;
  readonly for?: string | undefined;
  readonly uuid?: boolean | undefined;
}

export const map: Command = {
  name: "map <image> <snapshot> [vmdk]",
  summary: "look inside a backup: partitions, LVM, VMFS, dynamic disks, mounted",
  build: (parser) =>
    dressHelp(parser, {
      usage:
        "backurne map IMAGE SNAPSHOT [VMDK] [OPTIONS]\n\n" +
        "Makes a clone of the snapshot, opens all there is in it, and mounts what is a file system.\n" +
        "What is written there is thrown away by unmap; the backup itself stays as it is. Links of\n" +
        "a guest are shown and not followed. Needs root and the kernel's nbd.",
      examples: [
        ["backurne map px1/web01/scsi0 latest", "one disk"],
        ["backurne map px1/db @2026-11-02T01:00", "a guest: all its disks, as they were at one moment"],
        ["backurne map esx/store latest web01", "a virtual disk in a datastore; all: every one"],
        ["backurne map a latest --with b@latest --for 8h", "disks that belong together, for so long"],
      ],
    })
      .positional("image", {
        type: "string",
        describe: "CLUSTER/IMAGE, CLUSTER/GUEST/DISK, CLUSTER/GUEST, the rbd name, or any unique part",
      })
      .positional("snapshot", {
        type: "string",
        describe: "latest, @ and a local time as in @2026-11-02T01:00 (or its unique beginning), or the name",
      })
      .positional("vmdk", { type: "string", describe: "a disk in a VMFS datastore, by name or path; all" })
      .option("with", {
        type: "string",
        array: true,
        nargs: 1,
        requiresArg: true,
        describe: "IMAGE@SNAPSHOT to open together with it; may be given again",
      })
      .option("for", {
        type: "string",
        requiresArg: true,
        coerce: refuseRepeated("for"),
        describe: "30m, 8h, 2d, 1w: then the next command unmaps it, unless it is in use",
      })
      .option("uuid", { type: "boolean", describe: "show the names of rbd images" }),
  async run(args: MapArgs, world) {
    const { parseDuration } = await world.loadFrontDoor();
    const lifetime = args.for === undefined ? undefined : parseDuration(args.for);
    if (args.for !== undefined && lifetime === undefined)
      throw new BackurneError("usage", `--for ${args.for} is no time`, { hint: "as 30m, 8h, 2d or 1w" });
    return withBackurne({ args, world }, async ({ backurne, settings }) => {
      const { image, snapshot, vmdk, with: others } = args;
      const shown = showMapping(world.stderr);
      try {
        const request = { image, snapshot, vmdk, with: others, lifetime };
        const made = await backurne.map(request, { signal: world.stop, onEvent: shown.event });
        shown.close();
        const document: Mapped = { version: 1, kind: "mapping", ...made };
        if (args.json) printDocument(document, world);
        else printLines(renderMapped(made, lookOf({ settings, world, uuid: args.uuid })), world);
        return 0;
      } finally {
        shown.close();
      }
    });
  },
};
