import type { Problem } from "../problem.ts";
import { LiteralReader, NotLiteral, shown } from "./literals.ts";
import { isDict } from "./old.ts";
import type { OldDict, OldEntry, OldValue } from "./old.ts";
import { tokenize } from "./tokens.ts";

export type OldConfig = { readonly root: OldDict } | { readonly problems: readonly Problem[] };

/**
 * Reads the old tool's configuration: a Python file, of which only assignments of literals are understood.
 * Nothing is ever run. Everything that is not understood is a problem, all of them at once.
 */
export function readOldConfig(text: string, file: string): OldConfig {
  const names = new Map<string, OldEntry>();
  const reader = new LiteralReader(tokenize(text), names);
  const problems: Problem[] = [];
  let belowProblem = false;
  while (reader.next.kind !== "end") {
    const first = reader.next;
    const indented = first.column > 1 && first.kind !== "line";
    try {
      if (indented && !belowProblem)
        throw new NotLiteral(
          first,
          "this line is indented: only assignments of literals are read, one below the other",
        );
      if (indented || first.kind === "line") reader.skipLine();
      else readLine(reader, names);
      belowProblem &&= indented || first.kind === "line";
    } catch (error) {
      if (!(error instanceof NotLiteral)) throw error;
      const { line, column } = error.token;
      problems.push({ file, line, column, path: "", message: error.message });
      belowProblem = true;
      reader.skipLine();
    }
  }
  return problems.length > 0 ? { problems } : { root: rootOf(names, reader.used) };
}

/** Several statements may stand on one line. */
function readLine(reader: LiteralReader, names: Map<string, OldEntry>): void {
  readStatement(reader, names);
  while (reader.isSign(";")) {
    reader.takeSign(";");
    if (reader.next.kind !== "line") readStatement(reader, names);
  }
  if (reader.next.kind !== "line") {
    throw new NotLiteral(reader.next, `expected the end of the line after a literal${shown(reader.next)}`);
  }
  reader.skipLine();
}

function readStatement(reader: LiteralReader, names: Map<string, OldEntry>): void {
  const first = reader.take();
  const { line } = first;
  // A text that stands alone is a comment.
  if (first.kind === "text") return;
  const keys = first.kind === "name" ? readSubscripts(reader) : [];
  if (first.kind !== "name" || !reader.isSign("=")) {
    throw new NotLiteral(
      first,
      `"${first.text}" begins something that has to be run: only assignments of literals are read`,
    );
  }
  reader.takeSign("=");
  const value = reader.readValue();
  assign(names, [first.text, ...keys], { value, line });
}

function readSubscripts(reader: LiteralReader): readonly string[] {
  const keys: string[] = [];
  while (reader.isSign("[")) {
    reader.takeSign("[");
    const token = reader.next;
    const key = reader.readValue();
    if (typeof key !== "string") throw new NotLiteral(token, "expected text between the brackets");
    reader.takeSign("]");
    keys.push(key);
  }
  return keys;
}

/** Mappings on the way are made where there are none: the old tool came with defaults to write into. */
function assign(dict: Map<string, OldEntry>, [key = "", ...rest]: readonly string[], entry: OldEntry): void {
  if (rest.length === 0) {
    dict.set(key, entry);
    return;
  }
  const inner: OldValue | undefined = dict.get(key)?.value;
  const next: OldDict = isDict(inner) ? inner : new Map();
  if (next !== inner) dict.set(key, { value: next, line: entry.line });
  assign(next, rest, entry);
}

/** `config = {…}` and `config[…] = …`, or names on their own; those that only served others are left out. */
function rootOf(names: ReadonlyMap<string, OldEntry>, used: ReadonlySet<string>): OldDict {
  const config = names.get("config")?.value;
  const alone = [...names].filter(([name]) => name !== "config" && !used.has(name));
  return new Map([...alone, ...(isDict(config) ? config : [])]);
}
