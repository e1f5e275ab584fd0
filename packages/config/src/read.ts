import { BackurneError } from "@backurne/model";
import type { Settings } from "@backurne/model";
import { openConfig } from "./open-file.ts";
import { inspectConfig } from "./parse.ts";
import { judgeReaders } from "./permissions.ts";
import { formatProblem } from "./problem.ts";
import { checkPrograms } from "./programs.ts";
import { readSecrets } from "./read-secrets.ts";

/**
 * The settings in a file.
 * @throws BackurneError `configuration`: every problem of the file, and of the files with secrets and the hooks it
 * names, a line each: `file:line:column: path: message`.
 */
export async function readConfig(path: string): Promise<Settings> {
  const { text, mode, owner } = await openConfig(path);
  const inspected = inspectConfig(text, path);
  const { source, resolve } = inspected;
  const exposed = judgeReaders(mode);
  const read = await readSecrets(inspected, path);
  const problems = [
    ...(exposed === undefined ? [] : [{ ...source.problem([], exposed), line: 1, column: 1 }]),
    ...inspected.problems,
    ...read.problems,
    ...(await checkPrograms(source, owner)),
  ];
  if (resolve !== undefined && problems.length === 0) return resolve(read.secrets);
  const chmod = exposed === undefined ? "" : `chmod 600 ${path}; `;
  throw new BackurneError("configuration", problems.map(formatProblem).join("\n"), {
    hint: `${chmod}correct these lines, then \`backurne config check\`; \`backurne config example\` shows every key`,
  });
}
