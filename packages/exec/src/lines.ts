import { StringDecoder } from "node:string_decoder";

/** What is kept of a stream of text. */
export interface Tail {
  push(chunk: Buffer): void;
  /** The stream has ended: an unfinished line is a line. */
  end(): void;
  /** The end of the text, without the states of a line that were redrawn with `\r`. */
  text(): string;
}

const breaks = /\r\n|\n|\r/g;

/**
 * Cuts a stream into lines (rbd redraws progress with `\r`) and keeps the last `limit` characters, without the lines to
 * which `onLine` says false.
 */
export function createTail(limit: number, onLine?: (line: string) => unknown): Tail {
  const decoder = new StringDecoder("utf8");
  let pending = "";
  let redrawn = "";
  let kept = "";

  const keep = (text: string) => {
    kept = (kept + text).slice(-limit);
  };
  const finish = (line: string, redrawable: boolean) => {
    const counts = onLine?.(line) !== false;
    redrawn = redrawable && counts ? line : "";
    if (!redrawable && counts) keep(`${line}\n`);
  };
  const cut = (last: boolean) => {
    let start = 0;
    for (const { index, 0: mark } of pending.matchAll(breaks)) {
      if (mark === "\r" && index === pending.length - 1 && !last) break; // perhaps the first half of \r\n
      finish(pending.slice(start, index), mark === "\r");
      start = index + mark.length;
    }
    pending = pending.slice(start);
    if (pending.length > 2 * limit) pending = pending.slice(-limit);
  };

  return {
    push(chunk) {
      pending += decoder.write(chunk);
      cut(false);
    },
    end() {
      pending += decoder.end();
      cut(true);
      if (pending !== "") finish(pending, false);
      else if (redrawn !== "") keep(`${redrawn}\n`);
      pending = redrawn = "";
    },
    text: () => (kept + (pending || redrawn)).slice(-limit),
  };
}
