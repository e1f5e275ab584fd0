import type { Command } from "@backurne/exec";
import type { Run } from "./command.ts";

const ENOENT = 2;

/**
 * rbd takes what it lists one after the other, and what has gone, or has another name, when its turn comes fails the whole
 * listing, after everything else was printed (seen with Ceph 16).
 */
const MOVED = /^rbd: (listing images failed|trash list|du failed): \(2\) No such file/m;

/** Where something always comes and goes, one of them is lucky; what is printed in vain is not trusted. */
const TRIES = 5;

/** A listing of what others may change meanwhile. `read` may take one that something was missing from, or ask for another. */
export async function listMoving<T>(
  command: Command,
  run: Run,
  read: (stdout: string, moved: boolean) => T | undefined | Promise<T | undefined>,
): Promise<T> {
  for (let tries = 1; tries < TRIES; tries += 1) {
    const { code, stdout, stages } = await run({ ...command, answers: [ENOENT] }, "read");
    const moved = code !== 0;
    if (moved && !MOVED.test(stages[0]?.stderr ?? "")) break;
    const found = await read(stdout, moved);
    if (found !== undefined) return found;
  }
  // Fails with the whole story, or the trouble has passed.
  return (await read((await run({ ...command, answers: [] }, "read")).stdout, false)) as T;
}
