import { setTimeout as sleep } from "node:timers/promises";
import { CommandError, hasLostSsh } from "@backurne/exec";
import type { Run } from "./command.ts";

/**
 * rbd of Ceph 16 aborts now and then, in a thread of its own library (16.2.15, on a busy host: `rbd du` three times in thirty,
 * others far more seldom). On the other side of a shell it is 128 and the number of the signal.
 */
const CRASHED = ["SIGABRT", "SIGSEGV", "SIGBUS", 134, 135, 139];

const TRIES = 3;
/** ms, for the others at the door to be let in. */
const PAUSE = 500;

/** As OpenSSH says that there was no session yet: sshd turns newcomers away while many others are at its door (MaxStartups). */
const NO_SESSION = /^(kex_exchange_identification: |ssh_exchange_identification: |ssh: connect to host )/m;

/**
 * What has surely not been done is tried once more: ssh found no way there. What only reads (its lane says so) is asked again
 * where the program crashed, and once where ssh itself failed (255); so is, after a crash, what is the same done twice.
 */
export function repeatSafely(run: Run, { sameTwice = false } = {}): Run {
  return async (command, lane, input) => {
    for (let tries = 1; tries < TRIES; tries += 1) {
      try {
        return await run(command, lane, input);
      } catch (error) {
        const crashed = hasCrashed(error) && (lane === "read" || sameTwice);
        const lost = tries === 1 && (lane === "read" ? hasLostSsh(error) : hasFoundNoWay(error));
        if (!crashed && !lost) throw error;
        if (hasLostSsh(error)) await sleep(PAUSE);
      }
    }
    return run(command, lane, input);
  };
}

function hasCrashed(error: unknown): boolean {
  if (!(error instanceof CommandError)) return false;
  return error.stages.some(({ code, signal }) => CRASHED.includes(signal ?? code ?? 0));
}

function hasFoundNoWay(error: unknown): boolean {
  return hasLostSsh(error) && error.stages.some(({ stderr }) => NO_SESSION.test(stderr));
}
