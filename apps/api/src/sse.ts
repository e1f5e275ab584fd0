import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import type { Told } from "./feed.ts";
import { findCaller } from "./guard/who.ts";
import { number } from "./routes/words.ts";
import type { Env, Scene } from "./scene.ts";

/** ms; proxies close what says nothing. */
const SILENCE = 15_000;

/** From which event on; a browser that comes back says behind which one instead. */
export const from = z.object({ from: number.optional() });

type Follow = (from: number, signal: AbortSignal) => AsyncIterable<Told<unknown, unknown, unknown>>;

/**
 * Server-sent events: `event`s with an id, `progress` now and then, the `report` last.
 * @throws RequestRefused `busy`: too many follow something already.
 */
export function streamTold(
  context: Context<Env>,
  scene: Scene,
  { query, follow }: { query: z.output<typeof from>; follow: Follow },
) {
  const last = context.req.header("last-event-id") ?? "";
  const first = /^\d{1,9}$/.test(last) ? Number(last) + 1 : (query.from ?? 0);
  context.header("x-accel-buffering", "no");
  // Nobody would read what is streamed behind a HEAD, nor end it.
  if (context.req.method === "HEAD") return context.body(null);
  const leave = scene.ceilings.followers.enter();
  return streamSSE(context, async (stream) => {
    const stop = new AbortController();
    stream.onAbort(() => stop.abort());
    // A token that was revoked meanwhile is worth nothing here either, nor a session that is over.
    const mayStay = async (): Promise<boolean> => (await findCaller(context, scene)) !== undefined;
    const beat = setInterval(async () => {
      if (await mayStay().catch(() => true)) await stream.write(": still here\n\n");
      else stop.abort();
    }, SILENCE);
    try {
      for await (const told of follow(first, stop.signal)) {
        if (told.kind !== "event" && !(await mayStay())) break;
        if (told.kind === "event") {
          await stream.writeSSE({ id: String(told.id), event: "event", data: JSON.stringify(told.event) });
        } else {
          const data = JSON.stringify(told.kind === "progress" ? told.progress : told.report);
          await stream.writeSSE({ event: told.kind, data });
        }
      }
    } finally {
      clearInterval(beat);
      stop.abort();
      leave();
    }
  });
}
