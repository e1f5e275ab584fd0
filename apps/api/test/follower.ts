import { expect } from "vitest";
import type { Api, Asked } from "./world.ts";

export interface Message {
  readonly id?: string;
  readonly event?: string;
  readonly data: string;
}

interface Following {
  readonly as?: Asked["as"];
  readonly headers?: Record<string, string>;
  readonly enough?: (all: Message[]) => boolean;
  readonly onTold?: () => void;
}

/** What a follower is told, until the stream ends or `enough` says so. */
export async function follow(
  { ask }: Api,
  path: string,
  { as = "read", headers = {}, enough = () => false, onTold }: Following = {},
): Promise<readonly Message[]> {
  const stop = new AbortController();
  const response = await ask(path, { as, headers, signal: stop.signal });
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  const told: Message[] = [];
  let text = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const parts = text.split("\n\n");
    text = parts.pop() ?? "";
    for (const part of parts) {
      const fields = part
        .split("\n")
        .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]);
      told.push(Object.fromEntries(fields) as unknown as Message);
    }
    if (told.length > 0) onTold?.();
    if (enough(told)) break;
  }
  stop.abort();
  return told;
}
