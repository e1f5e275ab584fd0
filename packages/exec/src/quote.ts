import { BackurneError, printable } from "@backurne/model";

/** One argument as a POSIX shell word. Refuses NUL, which no argument can carry. */
export function quote(argument: string): string {
  if (argument.includes("\0")) throw new BackurneError("usage", `argument contains a NUL byte: ${printable(argument)}`);
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}
