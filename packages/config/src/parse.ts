import type { Settings } from "@backurne/model";
import { checkTogether } from "./checks/index.ts";
import { fieldsOf } from "./fields.ts";
import { describeIssue, problemsOf } from "./issues.ts";
import type { Problem } from "./problem.ts";
import { config } from "./schema/config.ts";
import { fillSecrets, findSecretFiles } from "./secret-files.ts";
import type { SecretFile, Secrets } from "./secret-files.ts";
import { resolveSettings } from "./settings/settings.ts";
import { readSource } from "./source.ts";
import type { Source } from "./source.ts";

export type Parsed = { readonly settings: Settings } | { readonly problems: readonly Problem[] };

/**
 * Reads a configuration. Pure; `file` is only a name. Either it has no mistake, or all of them are told.
 * `secrets`: what stands in the files with secrets that it names.
 */
export function parseConfig(text: string, file: string, secrets: Secrets = () => undefined): Parsed {
  const { source, problems, secretFiles, resolve } = inspectConfig(text, file);
  if (resolve === undefined) return { problems };
  const unread = secretFiles.filter((secret) => secrets(secret.file) === undefined);
  return unread.length === 0
    ? { settings: resolve(secrets) }
    : { problems: unread.map(({ path }) => source.problem(path, "the secret in this file was not given")) };
}

export interface Inspected {
  readonly source: Source;
  readonly problems: readonly Problem[];
  readonly secretFiles: readonly SecretFile[];
  /** Makes settings of it when every secret is known; undefined: there are problems. */
  readonly resolve?: (secrets: Secrets) => Settings;
}

/** What can be said of a configuration without the files that it names. */
export function inspectConfig(text: string, file: string): Inspected {
  const source = readSource(text, file);
  const secretFiles = findSecretFiles(source.value);
  if (!source.readable) return { source, secretFiles, problems: source.problems };
  const read = config.safeParse(source.value, { error: describeIssue });
  const together = checkTogether(fieldsOf(source.value));
  const problems = [
    ...source.problems,
    ...(read.success ? [] : problemsOf(read.error.issues, source)),
    ...together.map(({ path, message, at }) => source.problem(path, message, at)),
  ].toSorted((a, b) => a.line - b.line || a.column - b.column);
  if (!read.success || problems.length > 0) return { source, secretFiles, problems };
  const resolve = (secrets: Secrets) =>
    resolveSettings(fillSecrets(read.data, secrets), (path) => source.problem(path, ""));
  return { source, secretFiles, problems, resolve };
}
