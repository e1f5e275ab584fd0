import { inspect } from "node:util";

/** A text that no message, inspection or JSON shows. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Only for what goes over the wire. */
  reveal(): string {
    return this.#text;
  }

  /** What others say may repeat what they were told. */
  scrub(text: string): string {
    if (this.#text === "") return text;
    const spellings = new Set([this.#text, encodeURIComponent(this.#text), JSON.stringify(this.#text).slice(1, -1)]);
    return [...spellings].reduce((clean, spelling) => clean.replaceAll(spelling, "***"), text);
  }

  toString(): string {
    return "***";
  }

  toJSON(): string {
    return "***";
  }

  [inspect.custom](): string {
    return "***";
  }
}
