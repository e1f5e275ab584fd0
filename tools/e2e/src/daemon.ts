import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";

/** A directory for as long as the test goes on. */
export async function openDirectory(name: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), `backurne-${name}-`));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export interface DaemonOptions {
  readonly args: readonly string[];
  /** Of the package that has it. */
  readonly package: string;
  /** Whether it can be asked by now. */
  readonly answers: () => Promise<boolean>;
}

/** A daemon of Debian's in the foreground, for one test: resolves once it answers. */
export async function startDaemon(file: string, { args, answers, package: name }: DaemonOptions): Promise<void> {
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => void (said = (said + chunk.toString()).slice(-4_000)));
  let over: string | undefined;
  const closed = new Promise<void>((resolve) => {
    child.once("error", () => {
      over = `there is no ${file} here: tools/bootstrap with --metrics installs Debian's ${name}`;
      resolve();
    });
    child.once("close", (code) => {
      over ??= `${file} ended with ${code}: ${said}`;
      resolve();
    });
  });
  onTestFinished(async () => {
    child.kill();
    await closed;
  });
  while (!(await answers().catch(() => false))) {
    if (over !== undefined) throw new Error(over);
    await sleep(100);
  }
}

/** Asks again until there is an answer; the test's own time ends it. */
export async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(200);
  }
}
