import { askAtTerminal } from "./ask.ts";
import { loadApi, loadFrontDoor } from "./front-door.ts";
import { writeError } from "./errors.ts";
import { outputTo } from "./output.ts";
import { runCli } from "./run.ts";
import { listenForStop } from "./stop.ts";
import { userOf } from "./user.ts";
import type { World } from "./world.ts";

const stderr = outputTo(process.stderr);

function onCrash(restore: () => void): () => void {
  process.once("exit", restore);
  return () => process.removeListener("exit", restore);
}

const world: World = {
  env: process.env,
  stdout: outputTo(process.stdout),
  stderr,
  user: () => userOf(process.env),
  now: Date.now,
  stop: listenForStop(stderr),
  onCrash,
  ask: process.stdin.isTTY ? askAtTerminal : undefined,
  loadFrontDoor,
  loadApi,
};

process.once("uncaughtException", (error) => {
  process.exit(writeError(error, { output: stderr, debug: process.argv.includes("--debug") }));
});

// On Linux writes to files, pipes and terminals are done when they return: nothing is lost by leaving.
process.exit(await runCli(process.argv.slice(2), world));
