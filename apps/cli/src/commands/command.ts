import type { Argv } from "yargs";
import type { World } from "../world.ts";

/** One word of the command line. `run` renders what it gets and returns the exit code. */
export interface Command {
  /** As yargs writes it: `ls [image]`. */
  readonly name: string;
  /** false: not shown in the help. */
  readonly summary: string | false;
  readonly build: (parser: Argv) => Argv;
  // What `build` describes is what `run` takes; yargs does not carry that in its types.
  readonly run: (args: never, world: World) => Promise<number>;
}
