import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { isRunning, until, watchdogsOf } from "./processes.ts";
import type { ToolOrder } from "./programs/tool.ts";

const program = fileURLToPath(new URL("./programs/tool.ts", import.meta.url));

/** A process that holds a guest still, in a process group of its own, as cron would start it. */
export interface Tool {
  readonly pid: number;
  /** Of its one freeze; there when the guest is frozen. */
  readonly watchdog: number;
  /** What it says next. */
  says(): Promise<unknown>;
  /** Lets it thaw. */
  goOn(): void;
  kill(signal: NodeJS.Signals, what?: "process" | "group"): void;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
}

export async function startTool(order: ToolOrder): Promise<Tool> {
  const child = spawn(process.execPath, ["--conditions=source", program], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
  const pid = child.pid as number;
  const ended = once(child, "exit").then(([code]) => code as number | null);
  onTestFinished(() => void (isRunning(pid) && process.kill(-pid, "SIGKILL")));
  child.stdin.on("error", () => undefined); // it was killed
  child.stdin.write(`${JSON.stringify(order)}\n`);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const watchdog = await watchdogOf(child);
  onTestFinished(() => void (isRunning(watchdog) && process.kill(watchdog, "SIGKILL")));
  return {
    pid,
    watchdog,
    says: async () => JSON.parse((await lines.next()).value ?? "null"),
    goOn: () => void child.stdin.write("\n"),
    kill: (signal, what) => void process.kill(what === "group" ? -pid : pid, signal),
    ended,
  };
}

async function watchdogOf({ pid, exitCode }: ChildProcess): Promise<number> {
  let found: number | undefined;
  await until(() => {
    [found] = watchdogsOf(pid as number);
    return found !== undefined || exitCode !== null;
  });
  if (found === undefined) throw new Error("it ended without a watchdog");
  return found;
}
