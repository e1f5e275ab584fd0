import type { OldDict, OldEntry, OldValue } from "./old.ts";
import type { Token } from "./tokens.ts";

/** Something that stands in the file and is no literal. */
export class NotLiteral extends Error {
  readonly token: Token;

  constructor(token: Token, message: string) {
    super(message);
    this.token = token;
  }
}

/** Walks along tokens; knows names that were given a value before. */
export class LiteralReader {
  readonly #tokens: readonly Token[];
  readonly #known: ReadonlyMap<string, OldEntry>;
  /** Names that were used as a value. */
  readonly used = new Set<string>();
  #at = 0;

  constructor(tokens: readonly Token[], known: ReadonlyMap<string, OldEntry>) {
    this.#tokens = tokens;
    this.#known = known;
  }

  get next(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)] as Token;
  }

  take(): Token {
    const token = this.next;
    if (token.kind === "wrong") throw new NotLiteral(token, token.text);
    this.#at += 1;
    return token;
  }

  /** Past the end of this line, whatever stands on it. */
  skipLine(): void {
    while (!/^(line|end)$/.test(this.next.kind)) this.#at += 1;
    this.#at += 1;
  }

  isSign(sign: string): boolean {
    return this.next.kind === "sign" && this.next.text === sign;
  }

  takeSign(sign: string): void {
    if (!this.isSign(sign)) throw new NotLiteral(this.next, `expected "${sign}"${shown(this.next)}`);
    this.take();
  }

  /** Literals, and sums of literals: text is often put together over several lines. */
  readValue(): OldValue {
    let value = this.#readAtom();
    while (this.isSign("+")) {
      const sign = this.take();
      const more = this.#readAtom();
      if (typeof value === "string" && typeof more === "string") value += more;
      else if (typeof value === "number" && typeof more === "number") value += more;
      else if (Array.isArray(value) && Array.isArray(more)) value = [...value, ...more];
      else throw new NotLiteral(sign, "only text and text, number and number, list and list can be added");
    }
    return value;
  }

  #readAtom(): OldValue {
    const token = this.take();
    if (token.kind === "text") {
      let text = token.text;
      while (this.next.kind === "text") text += this.take().text;
      return text;
    }
    if (token.kind === "number") return numberOf(token);
    if (token.kind === "name") return this.#readName(token);
    if (token.text === "-" && this.next.kind === "number") return -numberOf(this.take());
    if (token.text === "[") return this.#readList("]").items;
    if (token.text === "(") {
      const { items, commas } = this.#readList(")");
      return items.length === 1 && commas === 0 ? (items[0] as OldValue) : items;
    }
    if (token.text === "{") return this.#readDict();
    throw new NotLiteral(token, `expected a value${shown(token)}`);
  }

  #readName(token: Token): OldValue {
    if (token.text === "True") return true;
    if (token.text === "False") return false;
    if (token.text === "None") return null;
    const plain = !this.isSign(".") && !this.isSign("(") && !this.isSign("[");
    const known = plain ? this.#known.get(token.text) : undefined;
    if (known === undefined) {
      throw new NotLiteral(
        token,
        `"${token.text}" is computed when the file runs; write its value instead (the file is only read, never run)`,
      );
    }
    this.used.add(token.text);
    return known.value;
  }

  #readList(close: string): { items: OldValue[]; commas: number } {
    const items: OldValue[] = [];
    let commas = 0;
    while (!this.isSign(close)) {
      items.push(this.readValue());
      if (this.isSign(close)) break;
      this.#takeComma(close);
      commas += 1;
    }
    this.takeSign(close);
    return { items, commas };
  }

  #takeComma(close: string): void {
    if (!this.isSign(",")) throw new NotLiteral(this.next, `expected "," or "${close}"${shown(this.next)}`);
    this.take();
  }

  #readDict(): OldDict {
    const dict: OldDict = new Map();
    while (!this.isSign("}")) {
      const { line } = this.next;
      const key = this.#readKey();
      this.takeSign(":");
      dict.set(key, { value: this.readValue(), line });
      if (!this.isSign("}")) this.#takeComma("}");
    }
    this.takeSign("}");
    return dict;
  }

  #readKey(): string {
    const token = this.next;
    const key = this.readValue();
    if (typeof key === "string" || typeof key === "number") return String(key);
    throw new NotLiteral(token, "expected text as key");
  }
}

function numberOf(token: Token): number {
  return Number(token.text.replaceAll("_", ""));
}

/** Text may be a secret. */
export function shown({ kind, text }: Token): string {
  if (kind === "line" || kind === "end") return ", not the end of the line";
  return kind === "text" ? ", not text" : `, not "${text}"`;
}
