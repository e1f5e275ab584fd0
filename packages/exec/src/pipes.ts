import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { text } from "node:stream/consumers";
import { BackurneError } from "@backurne/model";

/** Both ends of a kernel pipe, blocking and close-on-exec: only a child given the number inherits it. */
export interface Pipe {
  readonly read: number;
  readonly write: number;
}

/** Makes $0 pipes, says which descriptor each has, and holds them until its stdin ends. */
const script = 'for ((at = 0; at < $0; at++)); do exec {fd}< <(:); echo "$fd"; done; exec >&-; read -r _';

/**
 * Anonymous kernel pipes: bash makes them, we open both ends through /proc, bash goes away.
 *
 * Node cannot make one: its `stdio: "pipe"` is a socket pair, which nobody can open as /dev/stdin. A FIFO will
 * not do either: opening /dev/stdin on one waits for a new writer when the last has already closed, so a short
 * stream would hang the program that reads it by path. An anonymous pipe never waits.
 */
export async function createPipes(count: number, env: Readonly<Record<string, string>>): Promise<readonly Pipe[]> {
  if (count === 0) return [];
  const maker = spawn("bash", ["-c", script, String(count)], {
    stdio: ["pipe", "pipe", "ignore"],
    env,
    detached: true,
  });
  const gone = new Promise<Error | undefined>((resolve) => {
    maker.once("error", resolve).once("close", () => resolve(undefined));
  });
  const pipes: Pipe[] = [];
  try {
    const numbers = (await text(maker.stdout)).split("\n").slice(0, -1);
    if (numbers.length !== count) throw new Error(`bash made ${numbers.length} of ${count} pipes`);
    for (const number of numbers) pipes.push(openBothEnds(maker, number));
  } catch (cause) {
    closePipes(pipes);
    const hint = "It takes bash, and /proc/<pid>/fd of one's own processes.";
    const reason = maker.pid === undefined ? await gone : cause;
    throw new BackurneError("unexpected", "cannot make pipes", { hint, cause: reason });
  } finally {
    maker.stdin.on("error", () => {}).end();
    await gone; // it holds both ends, too
  }
  return pipes;
}

export function closePipes(pipes: readonly Pipe[]): void {
  for (const { read, write } of pipes) {
    closeSync(read);
    closeSync(write);
  }
}

function openBothEnds({ pid }: ChildProcess, number: string): Pipe {
  const path = `/proc/${pid}/fd/${number}`;
  const read = openSync(path, constants.O_RDONLY);
  try {
    return { read, write: openSync(path, constants.O_WRONLY) };
  } catch (error) {
    closeSync(read);
    throw error;
  }
}
