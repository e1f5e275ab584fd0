import { readString } from "./strings.ts";

/** A word of Python, as far as a configuration needs it. Lines end only outside of brackets. */
export interface Token {
  readonly kind: "name" | "text" | "number" | "sign" | "line" | "end" | "wrong";
  /** The word; of text its value; of what is wrong what to say about it. */
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

// Sticky: each is tried at one place of the text and nowhere else.
const SPACE = /[ \t\f]+|#[^\n]*|\\\n/y;
const NUMBER = /0[xX][0-9a-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y;
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const TEXT = /([rRbBuUfF]{0,2})("""|'''|"|')/y;

export function tokenize(source: string): readonly Token[] {
  const text = source.replace(/^\uFEFF/, "").replaceAll(/\r\n?/g, "\n");
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  let lineStart = 0;
  let depth = 0;

  const add = (kind: Token["kind"], word: string, column = at - lineStart + 1) =>
    tokens.push({ kind, text: word, line, column });
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  const pass = (length: number) => {
    for (const end = at + length; at < end; at += 1) {
      if (text[at] === "\n") [line, lineStart] = [line + 1, at + 1];
    }
  };

  while (at < text.length) {
    const space = match(SPACE);
    const quoted = match(TEXT);
    const number = match(NUMBER);
    const word = number ?? match(NAME);
    if (space) pass(space[0].length);
    else if (text[at] === "\n") {
      if (depth === 0 && tokens.at(-1)?.kind !== "line") add("line", "\n");
      pass(1);
    } else if (quoted) {
      const string = readString(text, at, { prefix: quoted[1] ?? "", quote: quoted[2] ?? "" });
      add("problem" in string ? "wrong" : "text", "problem" in string ? string.problem : string.value);
      pass(string.end - at);
    } else if (word) {
      add(number ? "number" : "name", word[0]);
      pass(word[0].length);
    } else {
      const sign = text[at] ?? "";
      if ("([{".includes(sign)) depth += 1;
      if (")]}".includes(sign)) depth = Math.max(0, depth - 1);
      add("sign", sign);
      pass(1);
    }
  }
  add("line", "\n");
  add("end", "");
  return tokens;
}
