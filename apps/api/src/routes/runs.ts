import { plan as planDocument } from "@backurne/reports/schemas";
import { z } from "zod";
import { run, runs, runSummary } from "../documents.ts";
import { endpoint } from "../endpoint.ts";
import { from, streamTold } from "../sse.ts";
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

const followed = endpoint({
  method: "get",
  path: "/runs/{run}/events",
  scope: "read",
  summary:
    "Follow a run: `event`s as in its file, `progress` now and then, the `report` last. Last-Event-ID goes on there",
  params: which,
  query: from,
  async run({ params, query, context }, scene) {
    await scene.runs.find(params.run);
    return streamTold(context, scene, {
      query,
      follow: (first, signal) => scene.runs.follow(params.run, first, signal),
    });
  },
});

export const runRoutes = [planned, listed, started, found, stopped, followed];
