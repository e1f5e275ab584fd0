import { BackurneError } from "@backurne/model";
import { DEFAULT_FILE, findConfig, type FindContext } from "./find.ts";
import { openConfig } from "./open-file.ts";
import { inspectConfig } from "./parse.ts";
import { formatProblem } from "./problem.ts";

const DEFAULT_STATE_DIR = "/var/lib/backurne";

/**
 * Where a configuration keeps what this host may lose. No secret is read, and who may not read the configuration in its
 * usual place either is told the usual directory.
 * @throws BackurneError `configuration`: a named one cannot be read, or one has mistakes.
 */
export async function findStateDir(context: FindContext): Promise<string> {
  const file = findConfig(context);
  const text = await openConfig(file).then(
    (opened) => opened.text,
    (error: unknown) => {
      if (file === DEFAULT_FILE) return undefined;
      throw error;
    },
  );
  if (text === undefined) return DEFAULT_STATE_DIR;
  const { problems, resolve } = inspectConfig(text, file);
  if (resolve) return resolve(() => "unread").stateDir;
  throw new BackurneError("configuration", problems.map(formatProblem).join("\n"), {
    hint: "correct these lines, then `backurne config check`",
  });
}
