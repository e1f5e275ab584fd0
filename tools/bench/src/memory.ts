import { readdirSync, readFileSync } from "node:fs";

/** MiB. */
export interface Memory {
  /** By how much this process grew at most. */
  readonly grown: number;
  /** Of the programs it runs itself, by name: the most that one of them needed. */
  readonly peaks: Readonly<Record<string, number>>;
}

const EVERY = 500; // ms: seldom, as looking costs CPU that is measured at the same time

/** Looks at this process and its children until it is told to stop. */
export function watchMemory(): { stop(): Memory } {
  const before = process.memoryUsage.rss();
  let most = before;
  const peaks: Record<string, number> = {};

  function look(): void {
    most = Math.max(most, process.memoryUsage.rss());
    for (const { name, peak } of children()) peaks[name] = Math.max(peaks[name] ?? 0, peak);
  }

  const timer = setInterval(look, EVERY);
  return {
    stop() {
      clearInterval(timer);
      return { grown: (most - before) / 1024 ** 2, peaks };
    },
  };
}

function children(): readonly { readonly name: string; readonly peak: number }[] {
  const threads = readdirSync("/proc/self/task");
  const pids = threads.flatMap((thread) => read(`/proc/self/task/${thread}/children`).split(" ").filter(Boolean));
  return pids.map((pid) => {
    const status = read(`/proc/${pid}/status`);
    const name = /^Name:\s+(.+)$/m.exec(status)?.[1] ?? "";
    return { name, peak: Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024 };
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // it has ended meanwhile
  }
}
