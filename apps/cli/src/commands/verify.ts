import { dressHelp } from "../help.ts";
import { runVerify } from "../run-verify.ts";
import { addSample, addWhich, mannerOf, type VerifyArgs } from "../verify-options.ts";
import type { Command } from "./command.ts";
import { withBackurne } from "./session.ts";

export const verify: Command = {
  name: "verify [image]",
  summary: "compare backups with their sources, in place on both sides",
  build: (parser) =>
    dressHelp(addSample(addWhich(parser)), {
      usage:
        "backurne verify [IMAGE] [OPTIONS]\n\nCompares the newest snapshot that both sides share. Each side reads its own; only digests travel.",
      examples: [
        ["backurne verify --sample 1/30", "every night: everything is compared in a month"],
        ["backurne verify rook/csi-vol-1", "all of one image"],
        ["backurne verify --full --cluster px1", "all of every image of one cluster"],
        ["backurne verify --sample 1/30 --json", "for programs"],
      ],
    }),
  run: async (args: VerifyArgs, world) => {
    const manner = mannerOf(args);
    return withBackurne({ args, world }, (session) => runVerify(args, manner, { ...session, world }));
  },
};
