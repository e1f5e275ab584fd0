import { once } from "node:events";
import { createInterface } from "node:readline";
import { execa } from "execa";

/** A program that says on a line where it is, and goes on until it is disposed of. */
export interface RunningProgram extends AsyncDisposable {
  readonly said: string;
  readonly pid: number;
}

export async function startProgram(file: string, args: readonly string[]): Promise<RunningProgram> {
  const running = execa(file, args, { stdin: "ignore", stderr: "ignore", reject: false, buffer: false });
  const lines = createInterface({ input: running.stdout });
  const ended = running.then(({ exitCode }) => Promise.reject(new Error(`${file} ended with ${exitCode}`)));
  ended.catch(() => undefined);
  const [said] = (await Promise.race([once(lines, "line"), ended])) as [string];
  return {
    said,
    pid: running.pid ?? 0,
    async [Symbol.asyncDispose]() {
      running.kill();
      await running;
    },
  };
}
