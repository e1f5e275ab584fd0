import { runPipeline } from "./run.ts";
import type { Executor } from "./types.ts";

export interface ExecutorOptions {
  /** The environment children start from, usually all of the program's own. By default only Debian's PATH. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

const debianPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Every child runs with LC_ALL=C and TZ=UTC: rbd's JSON timestamps are local time without a zone. */
export function createExecutor({ env = {} }: ExecutorOptions = {}): Executor {
  const given = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const base = { PATH: debianPath, ...Object.fromEntries(given), LC_ALL: "C", TZ: "UTC" };
  return {
    async run(pipeline, options = {}) {
      try {
        return await runPipeline(pipeline, options, base);
      } finally {
        options.output?.end(); // who could not be started prints no end
      }
    },
  };
}
