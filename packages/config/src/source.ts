import { LineCounter, isAlias, isMap, isPair, isScalar, isSeq, parseDocument, visit } from "yaml";
import type { Document } from "yaml";
import { formatPath } from "./problem.ts";
import type { Path, Problem } from "./problem.ts";

/** A YAML text as a value whose every part can be found again in the text. */
export interface Source {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Whether the value means what its author wrote; otherwise further problems would be noise. */
  readonly readable: boolean;
  problem(path: Path, message: string, at?: "key" | "value"): Problem;
}

/** Reads YAML 1.2. Keys written twice and tags nobody knows are problems like any other. */
export function readSource(text: string, file: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const dead = deadAliases(document);
  const readable = dead.length === 0 && document.errors.every(({ code }) => code === "DUPLICATE_KEY");
  const value = readable ? valueOf(document) : undefined;
  const faults = [
    ...[...document.errors, ...document.warnings].map(({ code, message, pos: [offset] }) => ({
      offset,
      message: code === "DUPLICATE_KEY" ? `this key is written twice: ${keyAt(text, offset)}` : inWords(code, message),
    })),
    ...dead.map((offset) => ({ offset, message: inWords("BAD_ALIAS", "") })),
    ...(value instanceof Error ? [{ offset: 0, message: inWords("", value.message) }] : []),
  ];
  return {
    value: value instanceof Error ? undefined : value,
    readable: readable && !(value instanceof Error),
    problems: faults.map(({ offset, message }) => ({ ...place(lines, file, offset), path: "", message })),
    problem: (path, message, at = "value") => ({
      ...place(lines, file, offsetOf(document, path, at)),
      path: formatPath(path),
      message,
    }),
  };
}

const words: Readonly<Record<string, string>> = {
  TAG_RESOLVE_FAILED: "`!` begins a tag here, and nobody knows it; text that begins so goes in quotes",
  BAD_ALIAS: "`*` names an anchor here, and there is none; text that begins so goes in quotes",
  MULTIPLE_DOCS: "`---` begins a second document; one is all that is read",
};

/** Without what the text says at that place: it may be a secret. */
function inWords(code: string, message: string): string {
  return `YAML: ${words[code] ?? message.replace(/: .*/s, "")}`;
}

function keyAt(text: string, from: number): string {
  return /^[^:,}\n]*/.exec(text.slice(from))?.[0].trim() ?? "";
}

function deadAliases(document: Document): readonly number[] {
  const dead: number[] = [];
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) === undefined) dead.push(startOf(alias) ?? 0);
    },
  });
  return dead;
}

// Aliases of aliases without end are found only here.
function valueOf(document: Document): unknown {
  try {
    return document.toJS();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function place(lines: LineCounter, file: string, offset: number) {
  const { line, col } = lines.linePos(offset);
  return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** Where the value (or its key) stands; of what is missing, where the nearest thing around it begins. */
function offsetOf(document: Document, path: Path, at: "key" | "value"): number {
  let node: unknown = document.contents;
  let around = startOf(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    const found = childOf(isAlias(node) ? node.resolve(document) : node, step);
    if (found === undefined) return around;
    const atKey = depth === path.length - 1 && at === "key";
    node = found.value;
    around = startOf(found.key) ?? startOf(node) ?? around;
    if (depth === path.length - 1 && !atKey) return startOf(node) ?? around;
  }
  return around;
}

function childOf(node: unknown, step: PropertyKey): { key?: unknown; value: unknown } | undefined {
  if (isSeq(node)) return typeof step === "number" && step in node.items ? { value: node.items[step] } : undefined;
  if (!isMap(node)) return undefined;
  // The last one of two equal keys: its value is the one that was taken.
  return node.items.findLast((pair) => isPair(pair) && isScalar(pair.key) && String(pair.key.value) === String(step));
}

function startOf(node: unknown): number | undefined {
  const range = (node as { range?: readonly number[] | null } | null | undefined)?.range;
  return range?.[0];
}
