import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Who asked for what that changes something, and what came of it; who took which files of a guest; who came in by a browser, or tried
 * to; who made a token at the command line, or revoked one.
 */
export interface AuditLine {
  /** ISO 8601 */
  readonly at: string;
  /** The same on the line that says what was asked, and the one that says what was answered. */
  readonly request: string;
  /** Id and name of the token; undefined: nobody was let in. */
  readonly token: string | undefined;
  readonly name: string | undefined;
  /** Of this host, at the command line; undefined: it was asked for over HTTP. */
  readonly user?: string | undefined;
  /** Of the request; `COMMAND` at the command line, and then the path is the command. */
  readonly method: string;
  readonly path: string;
  /** What stands behind the path, and what came with the request; whole, but for histories that policies are tried on. */
  readonly query?: string | undefined;
  readonly body?: string | undefined;
  /** Of a login that failed: the how-manieth within the hour. Not each of many has a line (guard/failures.ts). */
  readonly failed?: number | undefined;
  /** Id of the token that was made. */
  readonly made?: string | undefined;
  /** Of the answer, or what it would be over HTTP; undefined: it has not been given yet. */
  readonly status?: number | undefined;
}

export type Audit = (line: AuditLine) => Promise<void>;

/** `STATE_DIR/audit.ndjson`, opened for each line: it can be rotated at any time. What cannot be written down is not done. */
export function openAudit(stateDir: string): Audit {
  const file = join(stateDir, "audit.ndjson");
  return async (line) => {
    await mkdir(stateDir, { recursive: true, mode: 0o755 });
    await writeFile(file, `${JSON.stringify(line)}\n`, { flag: "a", mode: 0o640 });
  };
}
