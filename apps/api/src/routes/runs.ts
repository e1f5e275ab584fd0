import { plan as planDocument } from "@backurne/reports/schemas";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import { run, runs, runSummary } from "../documents.ts";
import { endpoint } from "../endpoint.ts";
import { findCaller } from "../guard/who.ts";
import { flag, number, word } from "./words.ts";

const which = z.object({ run: z.string().regex(/^[\w-]{1,64}$/) });

const planned = endpoint({
  method: "get",
  path: "/plan",
  scope: "read",
  summary: "What a run would do now, and why, as `backurne plan`",
  query: z.object({
    cluster: word.optional(),
    vmid: number.optional(),
    profile: word.optional(),
    force: flag,
    cleanup: z.enum(["none", "all"]).optional(),
    // One `rbd diff` for each transfer.
    estimate: flag,
  }),
  answer: planDocument,
  run: ({ query }, { backurne, reads }) => reads.share(`plan ${JSON.stringify(query)}`, () => backurne.plan(query)),
});

const listed = endpoint({
  method: "get",
  path: "/runs",
  scope: "read",
  summary: "The runs of this host, the newest first",
  answer: runs,
  run: async (_, scene) => ({ version: 1, kind: "runs", ...(await scene.runs.list()) }),
});

const started = endpoint({
  method: "post",
  path: "/runs",
  scope: "backup",
  summary: "Start a run, as `backurne backup`; a pool is taken over, and brakes are passed, at the command line only",
  body: z.strictObject({
    cluster: word.optional(),
    vmid: z.int().nonnegative().optional(),
    profile: word.optional(),
    force: z.boolean().optional(),
    cleanup: z.enum(["none", "all"]).optional(),
  }),
  answer: runSummary,
  status: 202,
  async run({ body, context }, scene) {
    const summary = await scene.runs.start(body);
    context.header("location", `${context.req.path}/${summary.run}`);
    return summary;
  },
});

const found = endpoint({
  method: "get",
  path: "/runs/{run}",
  scope: "read",
  summary: "How far a run is, or what came of it",
  params: which,
  answer: run,
  run: ({ params }, scene) => scene.runs.find(params.run),
});

const stopped = endpoint({
  method: "delete",
  path: "/runs/{run}",
  scope: "backup",
  summary: "Ask a run to stop; it closes its transfers first",
  params: which,
  answer: runSummary,
  status: 202,
  run: ({ params, context }, scene) => scene.runs.cancel(params.run, context.get("caller").name),
});

/** ms; proxies close what says nothing. */
const SILENCE = 15_000;

const followed = endpoint({
  method: "get",
  path: "/runs/{run}/events",
  scope: "read",
  summary:
    "Follow a run: `event`s as in its file, `progress` now and then, the `report` last. Last-Event-ID goes on there",
  params: which,
  query: z.object({ from: number.optional() }),
  async run({ params, query, context }, scene) {
    await scene.runs.find(params.run);
    const last = context.req.header("last-event-id") ?? "";
    const from = /^\d{1,9}$/.test(last) ? Number(last) + 1 : (query.from ?? 0);
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
        for await (const told of scene.runs.follow(params.run, from, stop.signal)) {
          if (told.kind !== "event" && !(await mayStay())) break;
          if (told.kind === "event") {
            await stream.writeSSE({ id: String(told.id), event: "event", data: JSON.stringify(told.event) });
          } else {
            await stream.writeSSE({
              event: told.kind,
              data: JSON.stringify(told.kind === "progress" ? told.progress : told.report),
            });
          }
        }
      } finally {
        clearInterval(beat);
        stop.abort();
        leave();
      }
    });
  },
});

export const runRoutes = [planned, listed, started, found, stopped, followed];
