import { exitCodeOf } from "@backurne/reports";
import { dressHelp } from "../help.ts";
import { printDocument, printLines } from "../print.ts";
import { lookOf } from "../render/look.ts";
import { renderPlan } from "../render/plan.ts";
import { addRunOptions, runOptionsOf } from "../run-options.ts";
import type { RunArgs } from "../run-options.ts";
import type { World } from "../world.ts";
import type { Command } from "./command.ts";
import { withBackurne } from "./session.ts";

export const plan: Command = {
  name: "plan",
  summary: "show what a backup would do, and why; nothing is changed anywhere",
  build: (parser) =>
    dressHelp(addRunOptions(parser), {
      usage: "backurne plan [OPTIONS]\n\nShows what `backurne backup` with the same options would do, and why.",
      examples: [
        ["backurne plan", "for every image: full or incremental, its base, the bytes to expect"],
        ["backurne plan --cluster rook --force", "as if everything were due"],
        ["backurne plan --cluster px1 --vmid 100", "for one guest of a Proxmox cluster"],
        ["backurne plan --json", "for programs"],
      ],
    }),
  run: showPlan,
};

/** The exit code says what is known beforehand: 3 where something could not be listed, 4 where a brake refuses. */
export function showPlan(args: RunArgs, world: World): Promise<number> {
  return withBackurne({ args, world }, async ({ backurne, settings }) => {
    const planned = await backurne.plan({ ...runOptionsOf(args), signal: world.stop });
    if (args.json) printDocument(planned, world);
    else printLines(renderPlan(planned, lookOf({ settings, world, uuid: args.uuid })), world);
    const failures = planned.failures.map(({ about, message }) => ({ about, failure: { message, code: "command" } }));
    return exitCodeOf({ jobs: [], refused: planned.refused, failures });
  });
}
