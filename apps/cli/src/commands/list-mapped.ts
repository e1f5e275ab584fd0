import type { Mappings } from "@backurne/reports/schemas";
import { dressHelp } from "../help.ts";
import type { GlobalArgs } from "../help.ts";
import { printDocument, printLines } from "../print.ts";
import { lookOf } from "../render/look.ts";
import { renderMappings } from "../render/mappings.ts";
import type { Command } from "./command.ts";
import { withBackurne } from "./session.ts";

interface ListMappedArgs extends GlobalArgs {
  readonly uuid?: boolean | undefined;
}

export const listMapped: Command = {
  name: "list-mapped",
  summary: "what is mapped on this host, and whether it is still there",
  build: (parser) =>
    dressHelp(parser, {
      usage:
        "backurne list-mapped\n\n" +
        "What map opened on this host, by its journals, compared with the devices and mounts there\n" +
        "are. Exits with 3 where they differ, or a journal cannot be read.",
      examples: [
        ["backurne list-mapped", "with devices and mount points"],
        ["backurne list-mapped --json | jq -r '.mappings[].devices[].mountpoint // empty'", "where to look"],
      ],
    }).option("uuid", { type: "boolean", describe: "show the names of rbd images" }),
  run: (args: ListMappedArgs, world) =>
    withBackurne({ args, world }, async ({ backurne, settings }) => {
      const mappings = await backurne.listMapped();
      const document: Mappings = { version: 1, kind: "mappings", mappings };
      if (args.json) printDocument(document, world);
      else printLines(renderMappings(mappings, lookOf({ settings, world, uuid: args.uuid })), world);
      return mappings.some(({ state }) => state !== "ok" && state !== "opening") ? 3 : 0;
    }),
};
