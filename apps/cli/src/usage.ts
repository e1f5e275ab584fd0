import { BackurneError, describeError } from "@backurne/model";

/** What the parser found wrong, as an error of ours with the way to the right help. */
export function readableUsage(error: unknown, command: string | undefined): BackurneError {
  const message = describeError(error).replaceAll(/\s+/g, " ");
  return new BackurneError("usage", message.charAt(0).toLowerCase() + message.slice(1), {
    hint: command ? `see backurne ${command} --help` : "see backurne --help",
  });
}

/** An option that was given twice arrives as a list; which one was meant nobody knows. */
export function refuseRepeated(name: string): (value: unknown) => unknown {
  return (value) => {
    if (Array.isArray(value)) throw new BackurneError("usage", `--${name} is given more than once`);
    return value;
  };
}
