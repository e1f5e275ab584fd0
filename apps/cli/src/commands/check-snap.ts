import { dressHelp } from "../help.ts";
import { runVerify } from "../run-verify.ts";
import { addWhich, type VerifyArgs } from "../verify-options.ts";
import type { Command } from "./command.ts";
import { withBackurne } from "./session.ts";

export const checkSnap: Command = {
  name: "check-snap [image]",
  summary: "compare shared snapshots whole, by the configured hash_binary",
  build: (parser) =>
    dressHelp(addWhich(parser), {
      usage:
        "backurne check-snap [IMAGE] [OPTIONS]\n\nHashes the newest snapshot that both sides share with hash_binary, zeros included: it reads the whole provisioned size.\n`backurne verify` finds the same for less.",
      examples: [
        ["backurne check-snap", "every image"],
        ["backurne check-snap rook/csi-vol-1", "one image"],
        ["backurne check-snap --cluster rook --json", "for programs"],
      ],
    }),
  run: (args: VerifyArgs, world) =>
    withBackurne({ args, world }, (session) => runVerify(args, "hash", { ...session, world })),
};
