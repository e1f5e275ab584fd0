import { setTimeout as sleep } from "node:timers/promises";
import { hasLostSsh } from "@backurne/exec";

const TRIES = 3;

/**
 * sshd drops connections when many come at once (MaxStartups): such a stream is begun again, three times in all.
 * `mayTryAgain`: whether nothing has happened yet.
 */
export async function whileSshIsLost<T>(
  stop: AbortSignal,
  work: () => Promise<T>,
  mayTryAgain: () => boolean = () => true,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      if (stop.aborted || tried === TRIES || !mayTryAgain() || !hasLostSsh(error)) throw error;
      await sleep(tried * 1000, undefined, { signal: stop });
    }
  }
}
