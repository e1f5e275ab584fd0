import { BackurneError } from "@backurne/model";
import type { ConfigCheck } from "@backurne/reports/schemas";
import { dressHelp } from "../help.ts";
import type { GlobalArgs } from "../help.ts";
import { printDocument, printLines } from "../print.ts";
import type { World } from "../world.ts";
import { convertOld } from "./convert.ts";
import type { Command } from "./command.ts";

interface ConfigArgs extends GlobalArgs {
  readonly action: "check" | "example" | "convert" | "schema";
  readonly file?: string | undefined;
  readonly out?: string | undefined;
}

export const config: Command = {
  name: "config <action> [file]",
  summary: "check the configuration, show an example, convert an old one",
  build: (parser) =>
    dressHelp(parser, {
      usage: "backurne config check|example|convert|schema [FILE]",
      examples: [
        ["backurne config example > /etc/backurne/backurne.yaml", "a complete commented example"],
        ["backurne config check", "every mistake at once, each with its line"],
        ["backurne config check ./new.yaml", "the same for another file"],
        ["backurne config convert /etc/backurne.conf", "the old tool's configuration as YAML"],
        [
          "backurne config convert OLD.conf --out /etc/backurne",
          "the same, into files, with its secrets in files of their own",
        ],
        ["backurne config schema", "a JSON Schema, for editors"],
      ],
    })
      .positional("action", { choices: ["check", "example", "convert", "schema"] as const, describe: "what to do" })
      .positional("file", { type: "string", describe: "the file to check or to convert" })
      .option("out", { type: "string", requiresArg: true, describe: "convert: the directory to write to" }),
  run: (args: ConfigArgs, world) => ACTIONS[args.action](args, world),
};

type Action = (args: ConfigArgs, world: World) => Promise<number>;

const ACTIONS: Readonly<Record<ConfigArgs["action"], Action>> = {
  async check(args, world) {
    const door = await world.loadFrontDoor();
    const file = door.findConfig({ flag: args.file ?? args.config, env: world.env });
    const settings = await door.readConfig(file);
    const document: ConfigCheck = {
      version: 1,
      kind: "config-check",
      file,
      clusters: settings.liveClusters.map(({ name }) => name),
      profiles: settings.profiles.map(({ name }) => name),
    };
    const { clusters, profiles } = document;
    if (args.json) printDocument(document, world);
    else printLines([`${file}: ok, clusters ${clusters.join(", ")}; profiles ${profiles.join(", ")}`], world);
    return 0;
  },
  async example(_args, world) {
    world.stdout.write((await world.loadFrontDoor()).exampleConfig());
    return 0;
  },
  async schema(_args, world) {
    printDocument((await world.loadFrontDoor()).configJsonSchema(), world);
    return 0;
  },
  async convert({ file, out }, world) {
    if (file === undefined) throw new BackurneError("usage", "config convert needs the old configuration's FILE");
    return convertOld({ file, out }, world);
  },
};
