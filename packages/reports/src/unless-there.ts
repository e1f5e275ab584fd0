import { BackurneError, describeError } from "@backurne/model";

/** For a `catch`: a file that is not there is `nothing`, and what must not be read, or cannot be, is trouble. */
export function unlessThere<T>(
  nothing: T,
  { what, hint }: { readonly what: string; readonly hint: string },
): (error: unknown) => T {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return nothing;
    throw new BackurneError("unexpected", `cannot read ${what}: ${describeError(error)}`, { cause: error, hint });
  };
}
