import { dressHelp } from "../help.ts";
import type { GlobalArgs } from "../help.ts";
import { openLog } from "../log.ts";
import { printLines } from "../print.ts";
import type { World } from "../world.ts";
import type { Command } from "./command.ts";

export const mapper: Command = {
  name: "mapper",
  summary: "map backups for those who are not root, on a unix socket",
  build: (parser) =>
    dressHelp(parser, {
      usage:
        "backurne mapper\n\nMaps backups, and reads what is in them, for those who are not root: only this needs root, and `serve` may run as\n" +
        "whoever is in mapper.group. With the section mapper in the configuration, map, unmap, list-mapped and serve ask it at\n" +
        "mapper.listen. It undoes what has expired by itself, and goes on until Ctrl-C or SIGTERM; what is mapped stays mapped.",
      examples: [
        ["backurne mapper", "as root; where others could change what it goes by, it refuses"],
        ["backurne serve", "beside it, as a user of that group"],
      ],
    }),
  async run({ config, debug, logLevel }: GlobalArgs, world: World) {
    const door = await world.loadFrontDoor();
    const file = door.findConfig({ flag: config, env: world.env });
    const settings = await door.readConfig(file);
    const { logger } = await openLog(debug ? "debug" : (logLevel ?? settings.logLevel), world);
    await door.runMapper(settings, {
      file,
      env: world.env,
      now: world.now,
      stop: world.stop,
      log: (message) => logger.warn(message),
      onListening: (place) => printLines([`listening on ${place}`], world),
    });
    return 0;
  },
};
