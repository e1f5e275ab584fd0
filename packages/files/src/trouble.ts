import { BackurneError } from "@backurne/model";
import { showPath, type Path } from "./names.ts";

type Say = (what: string) => BackurneError;

/** What the kernel says, for those who asked for a path of a guest. */
const MEANING: Readonly<Record<string, Say>> = {
  ENOENT: (what) => new BackurneError("not-found", `there is no ${what}`),
  ENOTDIR: (what) => new BackurneError("not-found", `there is no ${what}: a part of it is no directory`),
  ENAMETOOLONG: (what) => new BackurneError("usage", `${what} is too long for a path`),
  EACCES: (what) => new BackurneError("refused", `${what} must not be read`, { hint: "root may" }),
  EPERM: (what) => new BackurneError("refused", `${what} must not be read`, { hint: "root may" }),
  // A link that was put there between two looks.
  ELOOP: (what) => new BackurneError("refused", `${what} changed while it was looked at`),
};

/** Any error as one of ours, with the path it is about. */
export function explain(error: unknown, path: Path): BackurneError {
  if (error instanceof BackurneError) return error;
  const { code = "", message } = error as NodeJS.ErrnoException;
  const what = path.length === 0 ? "the root of the file system" : showPath(path);
  if (Object.hasOwn(MEANING, code)) return MEANING[code]!(what);
  return new BackurneError("command", `cannot read ${what}: ${code || message}`, {
    cause: error,
    hint: "the file system may be damaged, or is not mounted any more",
  });
}
