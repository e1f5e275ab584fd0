import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import type { Readable } from "node:stream";
import { createTail } from "./lines.ts";
import type { Command, StageResult } from "./types.ts";

/** Bytes of stderr kept of every stage. */
export const stderrKept = 4096;
/** A grandchild may keep stderr open after its parent ended; that many ms later nobody listens any more. */
const stderrGrace = 1000;

export interface StageEnd extends StageResult {
  /** Why it could not be started. */
  readonly error?: NodeJS.ErrnoException;
  /** When, in ms of a monotonic clock. */
  readonly at: number;
}

/** One running command, leader of its own process group: Ctrl-C at a terminal reaches only us. */
export interface Stage {
  readonly command: Command;
  readonly child: ChildProcess | undefined;
  /** Never rejects. Waits for its end, its stdout (when that is a stream of ours) and its stderr. */
  readonly ended: Promise<StageEnd>;
  /** Signals the whole group; false when it had ended before. */
  kill(signal: NodeJS.Signals): boolean;
}

export interface StageOptions {
  readonly stdio: StdioOptions;
  readonly env: Readonly<Record<string, string>>;
  readonly onLine?: ((line: string) => unknown) | undefined;
}

export function startStage(command: Command, options: StageOptions): Stage {
  const { file, args } = command;
  const tail = createTail(stderrKept, options.onLine);
  const result = (end: Partial<StageEnd>): StageEnd => ({
    file,
    args,
    code: undefined,
    signal: undefined,
    at: performance.now(),
    ...end,
    stderr: tail.text().trimEnd(),
  });

  let child: ChildProcess;
  try {
    child = spawn(file, args, {
      stdio: options.stdio,
      env: { ...options.env, ...command.env },
      detached: true,
    });
  } catch (error) {
    // E2BIG and the like are thrown, ENOENT is emitted
    command.onEnd?.(undefined);
    return {
      command,
      child: undefined,
      ended: Promise.resolve(result({ error: error as Error })),
      kill: () => false,
    };
  }

  let over = false;
  const wait = async (): Promise<StageEnd> => {
    const { stderr, stdout } = child;
    const exit = exited(child);
    const listened = stderr === null ? undefined : listen(stderr, tail);
    const printed = stdout === null ? undefined : closed(stdout);
    const end = await exit;
    await printed;
    await withinGrace(stderr, listened);
    return result(end);
  };
  const ended = wait().then((end) => {
    over = true;
    command.onEnd?.(end.code);
    return end;
  });
  return {
    command,
    child,
    ended,
    kill(signal) {
      if (over || child.pid === undefined) return false;
      signalGroup(child.pid, signal);
      return true;
    },
  };
}

function exited(child: ChildProcess): Promise<Partial<StageEnd>> {
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ error, at: performance.now() })); // could not be started
    child.once("exit", (code, signal) =>
      resolve({ code: code ?? undefined, signal: signal ?? undefined, at: performance.now() }),
    );
  });
}

async function listen(stream: Readable, tail: ReturnType<typeof createTail>): Promise<void> {
  stream.on("data", (chunk: Buffer) => tail.push(chunk));
  await closed(stream);
  tail.end();
}

function closed(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    stream.once("close", resolve).once("error", () => {});
  });
}

async function withinGrace(stream: Readable | null, listened: Promise<void> | undefined): Promise<void> {
  const timer = setTimeout(() => stream?.destroy(), stderrGrace);
  await listened;
  clearTimeout(timer);
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // all of the group has ended
  }
}
