type Read = { readonly end: number } & ({ readonly value: string } | { readonly problem: string });

const escapes: Readonly<Record<string, string>> = {
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([^]))/g;

/** One string of Python that begins at `from`, without its quotes and with its escapes resolved. */
export function readString(text: string, from: number, { prefix, quote }: { prefix: string; quote: string }): Read {
  const start = from + prefix.length + quote.length;
  const lineEnd = text.indexOf("\n", start);
  const stop = quote.length === 3 || lineEnd < 0 ? text.length : endOfLine(text, start);
  const close = findClose(text, start, quote);
  if (close < 0 || close > stop) return { end: stop, problem: "this text has no closing quote" };
  const end = close + quote.length;
  const kind = prefix.toLowerCase();
  if (kind.includes("f"))
    return { end, problem: 'text with an "f" before it is computed when the file runs; write what comes out' };
  if (kind.includes("b")) return { end, problem: 'bytes (a "b" before the text) are not read; leave the "b" out' };
  const raw = text.slice(start, close);
  return { end, value: kind.includes("r") ? raw : raw.replaceAll(ESCAPE, unescape) };
}

function findClose(text: string, start: number, quote: string): number {
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text.startsWith(quote, at)) return at;
  }
  return -1;
}

/** A backslash carries a short string over the end of its line. */
function endOfLine(text: string, start: number): number {
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "\n") return at;
  }
  return text.length;
}

function unescape(whole: string, x?: string, u?: string, long?: string, octal?: string, letter = ""): string {
  const hex = x ?? u ?? long;
  if (hex !== undefined && Number.parseInt(hex, 16) <= 0x10ffff) return String.fromCodePoint(Number.parseInt(hex, 16));
  if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
  return escapes[letter] ?? whole;
}
