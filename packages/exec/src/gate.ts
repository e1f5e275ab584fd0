import type { Duplex } from "node:stream";
import type { CommitRefusal } from "./error.ts";
import { readWord, releaseWord } from "./filter.ts";
import { createTail } from "./lines.ts";
import type { Commit } from "./types.ts";

export interface Refusal {
  readonly kind: CommitRefusal;
  /** What the filter, or we, found wrong. */
  readonly reason?: string;
  /** The stage whose end is the reason. */
  readonly stage?: number;
  readonly cause?: unknown;
}

/** The one holder of what releases the last byte. */
export interface Gate {
  state(): "open" | "released" | "refused";
  refusal(): Refusal | undefined;
  /** Closes the gate for good; nothing when it was released or refused before. */
  refuse(refusal: Refusal): void;
  /** Bytes the filter has passed on, by its own word. */
  passed(): number;
}

export interface GateOptions {
  /** Our end of the filter's descriptor 3. */
  readonly control: Duplex;
  readonly commit: Commit;
  /** Waits for the end of every earlier stage; the index of one that was not exit 0. */
  findBadStage(): Promise<number | undefined>;
  readonly onBytes?: ((total: number) => void) | undefined;
}

export function createGate({ control, commit, findBadStage, onBytes }: GateOptions): Gate {
  let state: "open" | "released" | "refused" = "open";
  let refusal: Refusal | undefined;
  let passed = 0;

  const refuse = (why: Refusal) => {
    if (state !== "open") return;
    state = "refused";
    refusal = why;
    control.destroy();
  };
  const decide = async () => {
    const stage = await findBadStage();
    if (stage !== undefined) return refuse({ kind: "refused", stage });
    if (state !== "open") return;
    if (!(await commit.allow())) return refuse({ kind: "not-allowed", reason: "a condition no longer holds" });
    if (state !== "open") return; // refused while we asked
    state = "released";
    control.end(releaseWord);
  };

  const lines = createTail(256, (line) => {
    const word = readWord(line);
    passed = word.total;
    onBytes?.(passed);
    if (!word.held) return;
    decide().catch((cause: unknown) => refuse({ kind: "not-allowed", cause }));
  });
  control.on("data", (chunk: Buffer) => lines.push(chunk));
  control.on("error", () => {}); // the filter is gone: its exit tells
  return { state: () => state, refusal: () => refusal, refuse, passed: () => passed };
}
