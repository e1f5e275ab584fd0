import type { Command } from "@backurne/exec";

/** Bytes of address space, seconds of CPU. */
const MEMORY = 1024 ** 3;
const SECONDS = 60;

/**
 * For programs that read what a guest wrote before anybody knows what it is: a table that leads in circles, or says that it
 * is enormous, costs so much and no more.
 */
export function bounded({ file, args, ...rest }: Command): Command {
  return { ...rest, file: "prlimit", args: [`--as=${MEMORY}`, `--cpu=${SECONDS}`, "--", file, ...args] };
}

/** What such a command was to run, where that is not there; `prlimit` itself is there where blkid is. */
export function lackedBy({ file, args, code }: { readonly code: number | undefined } & Command): string | undefined {
  return file === "prlimit" && code === 127 ? args[args.indexOf("--") + 1] : undefined;
}
