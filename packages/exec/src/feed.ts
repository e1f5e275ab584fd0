import type { Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import type { RunOptions } from "./types.ts";

/** Gives the first stage what it reads. `broke`: the giver failed, and what was given is not all; it is said before the stage sees an end. */
export function pour(feed: Socket, { input, holdStdin }: RunOptions, broke: (cause: unknown) => void): void {
  if (isStream(input)) {
    // An error of the feed itself: the stage stopped reading, and its exit tells whether that is bad.
    pipeline(watch(input, broke), feed, { end: holdStdin !== true }).catch(() => {});
    return;
  }
  if (input !== undefined) feed.write(input);
  if (holdStdin !== true) feed.end();
}

async function* watch(input: AsyncIterable<Uint8Array>, broke: (cause: unknown) => void): AsyncGenerator<Uint8Array> {
  try {
    yield* input;
  } catch (cause) {
    broke(cause);
    throw cause;
  }
}

function isStream(input: RunOptions["input"]): input is AsyncIterable<Uint8Array> {
  return typeof input === "object" && Symbol.asyncIterator in input;
}
