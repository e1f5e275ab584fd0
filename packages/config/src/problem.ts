/** One mistake in a configuration, and where it stands. */
export interface Problem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** `live_clusters[0].fqdn`; empty: the whole file. */
  readonly path: string;
  readonly message: string;
}

export type Path = readonly PropertyKey[];

/** `file:line:column: path: message`: what editors and people can jump to. */
export function formatProblem(problem: Problem): string {
  const { file, line, column, path, message } = problem;
  return `${file}:${line}:${column}: ${path === "" ? "" : `${path}: `}${message}`;
}

export function formatPath(path: Path): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}
