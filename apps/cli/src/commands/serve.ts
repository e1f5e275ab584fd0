import { joinSinks, writeLog, writeRunFile } from "@backurne/reports";
import { describeError } from "@backurne/model";
import { dressHelp } from "../help.ts";
import type { GlobalArgs } from "../help.ts";
import { openLog } from "../log.ts";
import { printLines } from "../print.ts";
import type { World } from "../world.ts";
import type { Command } from "./command.ts";
import { withBackurne } from "./session.ts";
import type { Session } from "./session.ts";

export const serve: Command = {
  name: "serve",
  summary: "answer over HTTP, on a unix socket or on loopback, those who bring a token",
  build: (parser) =>
    dressHelp(parser, {
      usage:
        "backurne serve\n\nAnswers over HTTP where api.listen says: a page for people, the API under /api/v1 (described at /openapi.json),\n" +
        "/metrics for Prometheus, and the reading paths of the old tool. It goes on until Ctrl-C or SIGTERM; runs it has started close their transfers first.",
      examples: [
        ["backurne serve", "on 127.0.0.1:5000, unless api.listen says otherwise"],
        ["backurne token create --scope read", "the token it asks for"],
        ["curl -H 'Authorization: Bearer TOKEN' http://127.0.0.1:5000/api/v1/images", "every backup"],
      ],
    }),
  run: (args: GlobalArgs, world) =>
    withBackurne({ args, world }, async (session) => runServer(args, { ...session, world })),
};

type Scene = Session & { readonly world: World };

async function runServer(
  { debug, logLevel }: GlobalArgs,
  { backurne, settings, openTelling, world }: Scene,
): Promise<number> {
  const { logger } = await openLog(debug ? "debug" : (logLevel ?? settings.logLevel), world);
  const warn = (message: string): void => logger.warn(message);
  const { serve: answer } = await world.loadApi();
  await answer({
    backurne,
    settings,
    now: world.now,
    stop: world.stop,
    openOutlet() {
      const outlet = openTelling().openOutlet();
      const sinks = [writeLog(logger), writeRunFile({ stateDir: settings.stateDir, warn }), outlet];
      return { ...outlet, ...joinSinks(sinks) };
    },
    tellPrecheck: (failure) => openTelling().tellPrecheck(failure),
    log: (message, error) => logger.error(error === undefined ? {} : { error: describeError(error) }, message),
    onListening: (place) => printLines([`listening on ${place}`], world),
  });
  return 0;
}
