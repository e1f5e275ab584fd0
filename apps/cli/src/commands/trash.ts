import { BackurneError } from "@backurne/model";
import type { Trash } from "@backurne/reports/schemas";
import { dressHelp } from "../help.ts";
import type { GlobalArgs } from "../help.ts";
import { printDocument, printLines } from "../print.ts";
import { lookOf } from "../render/look.ts";
import { renderEmptied, renderRestored, renderTrash } from "../render/trash.ts";
import type { World } from "../world.ts";
import type { Command } from "./command.ts";
import { withBackurne } from "./session.ts";
import type { Session } from "./session.ts";

interface TrashArgs extends GlobalArgs {
  readonly action: "ls" | "restore" | "empty";
  readonly image?: string | undefined;
  readonly all?: boolean | undefined;
  readonly yes?: boolean | undefined;
  readonly uuid?: boolean | undefined;
}

export const trash: Command = {
  name: "trash <action> [image]",
  summary: "the images whose last backup expired: list, restore, empty",
  build: (parser) =>
    dressHelp(parser, {
      usage:
        "backurne trash ls|restore|empty [IMAGE]\n\nImages whose last backup expired, or that were forgotten, lie in the trash of Ceph for `trash_days`. Each backup removes what is past its time. Whatever others put there is not touched.",
      examples: [
        ["backurne trash ls", "what lies there, and until when"],
        ["backurne trash restore rook/csi-vol-1", "with its snapshots, marks and history"],
        ["backurne trash empty", "remove what is past its time, now"],
        ["backurne trash empty --all", "and all the rest of ours"],
      ],
    })
      .positional("action", { choices: ["ls", "restore", "empty"] as const, describe: "what to do" })
      .positional("image", { type: "string", describe: "restore: its name, short name, id, or any unique part" })
      .option("all", { type: "boolean", describe: "empty: also what could still be had back" })
      .option("yes", { type: "boolean", describe: "empty: do not ask" })
      .option("uuid", { type: "boolean", describe: "show the names of rbd images" }),
  run: (args: TrashArgs, world) =>
    withBackurne({ args, world }, (session) => ACTIONS[args.action](args, { ...session, world })),
};

interface Scene extends Session {
  readonly world: World;
}

const ACTIONS: Readonly<Record<TrashArgs["action"], (args: TrashArgs, scene: Scene) => Promise<number>>> = {
  async ls({ json, uuid }, { backurne, settings, world }) {
    const document: Trash = { version: 1, kind: "trash", images: await backurne.trash() };
    if (json) printDocument(document, world);
    else printLines(renderTrash(document.images, lookOf({ settings, world, uuid })), world);
    return 0;
  },
  async restore({ image, json }, { backurne, world }) {
    if (image === undefined) {
      throw new BackurneError("usage", "trash restore needs an IMAGE", { hint: "`backurne trash ls` shows them all" });
    }
    const restored = await backurne.restoreTrashed(image);
    if (json) printDocument(restored, world);
    else printLines(renderRestored(restored), world);
    return 0;
  },
  async empty({ all, yes, json }, { backurne, world }) {
    if (!yes) await askFirst(all === true, { backurne, world });
    const emptied = await backurne.emptyTrash({ ...(all && { all }), signal: world.stop });
    if (json) printDocument(emptied, world);
    else printLines(renderEmptied(emptied), world);
    return world.stop.aborted ? 130 : emptied.stay.length > 0 ? 3 : 0;
  },
};

async function askFirst(all: boolean, { backurne, world }: Pick<Scene, "backurne" | "world">): Promise<void> {
  const ours = await backurne.trash();
  const count = ours.filter(({ ends }) => all || Date.parse(ends) <= world.now()).length;
  if (count === 0) return;
  if (await world.ask?.(`Remove ${count} of the ${ours.length} images in the trash for good? [y/N] `)) return;
  const hint = world.ask ? "nothing was removed" : "--yes says so where nobody can be asked";
  throw new BackurneError("usage", "emptying the trash was not confirmed", { hint });
}
