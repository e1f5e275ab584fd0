import { execa, ExecaError } from "execa";
import { OWNER } from "./processes.ts";

export interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /** The sandbox that is being booted: `down` then finds the program when the boot was killed. */
  readonly owner?: string;
}

/** Times are UTC, messages are English: rbd prints local time without a zone otherwise. */
export const environment = { TZ: "UTC", LC_ALL: "C" } as const;

/** Runs one program to its end and returns its standard output, unchanged. Rejects when it fails, with the end of its stderr. */
export async function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  try {
    const { stdout } = await execa(file, args, {
      env: { ...environment, ...(options.owner === undefined ? {} : { [OWNER]: options.owner }) },
      ...(options.input === undefined ? { stdin: "ignore" as const } : { input: options.input }),
      ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
      stripFinalNewline: false,
      maxBuffer: 256 * 1024 * 1024,
    });
    return stdout;
  } catch (error) {
    if (error instanceof ExecaError && error.code === "ENOENT") throw new Error(missing(file), { cause: error });
    throw error;
  }
}

/** Like Promise.all, but a failure waits for the others to end: what is cleaned up next must not grow again. */
export async function settle<T extends readonly unknown[]>(
  parts: T,
): Promise<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
  await Promise.allSettled(parts);
  return Promise.all(parts);
}

function missing(file: string): string {
  return `${file} is not installed. As root: apt-get install --no-install-recommends ceph-mon ceph-osd ceph-common openssh-server zstd xxhash`;
}
