import type { Output } from "./world.ts";

const INTERRUPTED = 130;

/** The first Ctrl-C or SIGTERM closes what is open, the second says so again, the third leaves at once. */
export function listenForStop(stderr: Output): AbortSignal {
  const controller = new AbortController();
  let times = 0;
  const stop = (signal: NodeJS.Signals) => {
    times += 1;
    if (times > 2) process.exit(INTERRUPTED);
    stderr.write(
      times === 1
        ? "\nbackurne: stopping, closing transfers…\n"
        : "backurne: still closing transfers; once more leaves them to the next run\n",
    );
    controller.abort(`stopped by ${signal}`);
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  return controller.signal;
}
