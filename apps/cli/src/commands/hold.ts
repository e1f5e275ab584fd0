import { BackurneError } from "@backurne/model";
import { dressHelp } from "../help.ts";
import type { GlobalArgs } from "../help.ts";
import { printDocument, printLines } from "../print.ts";
import { renderHold } from "../render/holds.ts";
import { lookOf } from "../render/look.ts";
import { readUntil } from "../until.ts";
import { refuseRepeated } from "../usage.ts";
import type { Command } from "./command.ts";
import { IMAGE, SNAPSHOT } from "./references.ts";
import { withBackurne } from "./session.ts";

interface HoldArgs extends GlobalArgs {
  readonly image: string;
  readonly snapshot?: string | undefined;
  readonly until?: string | undefined;
  readonly reason?: string | undefined;
}

export const hold: Command = {
  name: "hold <image> [snapshot]",
  summary: "keep a snapshot, or a whole image, from expiring",
  build: (parser) =>
    dressHelp(parser, {
      usage:
        "backurne hold IMAGE [SNAPSHOT] [OPTIONS]\n\nFrom now on no policy expires that snapshot; without SNAPSHOT nothing of the image, what is still to come included.",
      examples: [
        ["backurne hold px1/web01/scsi0 latest --reason audit", "its newest snapshot"],
        ["backurne hold px1/web01/scsi0 @2026-11-02T01:00 --until 2027-01-01", "one by its local time"],
        ["backurne hold px1/web01/scsi0", "the whole image"],
        ["backurne release px1/web01/scsi0 latest", "the way back"],
      ],
    })
      .positional("image", IMAGE)
      .positional("snapshot", SNAPSHOT)
      .option("until", {
        type: "string",
        requiresArg: true,
        coerce: refuseRepeated("until"),
        describe: "local time when it ends by itself: 2027-01-01 (its first minute) or 2027-01-01T12:00",
      })
      .option("reason", {
        type: "string",
        requiresArg: true,
        coerce: refuseRepeated("reason"),
        describe: "for people",
      }),
  run: (args: HoldArgs, world) =>
    withBackurne({ args, world }, async ({ backurne, settings }) => {
      const { image, snapshot, reason } = args;
      const until = args.until === undefined ? undefined : readUntil(args.until, settings.timezone);
      if (until !== undefined && until <= world.now())
        throw new BackurneError("usage", `--until ${args.until} is over already`, { hint: "a time to come" });
      const report = await backurne.hold({ image, snapshot, until, reason });
      if (args.json) printDocument(report, world);
      else printLines(renderHold(report, lookOf({ settings, world })), world);
      return 0;
    }),
};
