import { readFileSync } from "node:fs";
import type { Version } from "@backurne/reports/schemas";
import { dressHelp } from "../help.ts";
import type { GlobalArgs } from "../help.ts";
import { printDocument, printLines } from "../print.ts";
import type { Command } from "./command.ts";

export const version: Command = {
  name: "version",
  summary: "the version of backurne and of its Node",
  build: (parser) =>
    dressHelp(parser, { usage: "backurne version", examples: [["backurne version --json", "for programs"]] }),
  run: async ({ json }: GlobalArgs, world) => {
    const document = readVersion();
    if (json) printDocument(document, world);
    else printLines([`backurne ${document.backurne} (node ${document.node})`], world);
    return 0;
  },
};

export function readVersion(): Version {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version: backurne } = JSON.parse(manifest) as { version: string };
  return { version: 1, kind: "version", backurne, node: process.versions.node };
}
