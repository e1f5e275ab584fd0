import { BackurneError } from "@backurne/model";
import { verification as report } from "@backurne/reports/schemas";
import { z } from "zod";
import { endpoint } from "../endpoint.ts";
import { from, streamTold } from "../sse.ts";
import { word } from "./words.ts";

const count = z.int().nonnegative();
/** Bytes of one side. */
const comparing = z.strictObject({
  image: z.string(),
  reference: z.string(),
  bytes: z.number(),
  expected: z.number().optional(),
});

export const verification = z.strictObject({
  id: z.string(),
  state: z.enum(["running", "ended", "broken"]),
  started: z.string(),
  images: z.strictObject({ planned: count, compared: count, different: count }).readonly(),
  comparing: z.array(comparing.readonly()).readonly(),
  report: report.readonly().optional(),
  because: z.string().optional(),
});
const which = z.object({ id: z.uuid() });

const listed = endpoint({
  method: "get",
  path: "/verifications",
  scope: "read",
  summary: "The verifications since the server started, the newest first",
  answer: z.strictObject({
    version: z.literal(1),
    kind: z.literal("verifications"),
    verifications: z.array(verification),
  }),
  run: async (_, { verifications }) => ({ version: 1, kind: "verifications", verifications: verifications.list() }),
});

const started = endpoint({
  method: "post",
  path: "/verifications",
  scope: "backup",
  summary: "Compare backups with their sources, in place on both sides, as `backurne verify`",
  body: z.strictObject({
    image: word.optional(),
    cluster: word.optional(),
    // The next `count` of `of` shares of each image; without it all of it.
    sample: z.strictObject({ count: z.int().min(1).max(999_999), of: z.int().min(1).max(999_999) }).optional(),
    full: z.boolean().optional(),
  }),
  answer: verification,
  status: 202,
  async run({ body: { sample, full, ...rest }, context }, { verifications }) {
    if (sample && sample.count > sample.of) throw new BackurneError("usage", "sample: count is at most of");
    if (sample && full) throw new BackurneError("usage", "sample and full exclude each other");
    // Reading everything there is takes days: nobody begins with that by leaving a word out.
    if (!sample && !full && rest.image === undefined) {
      throw new BackurneError("usage", "name an image, or say how much of all images: sample or full");
    }
    const begun = verifications.start({ ...rest, manner: sample ?? "full" });
    context.header("location", `${context.req.path}/${begun.id}`);
    return begun;
  },
});

const found = endpoint({
  method: "get",
  path: "/verifications/{id}",
  scope: "read",
  summary: "How far a verification is, or what it found",
  params: which,
  answer: verification,
  run: async ({ params }, { verifications }) => verifications.find(params.id),
});

const stopped = endpoint({
  method: "delete",
  path: "/verifications/{id}",
  scope: "backup",
  summary: "Ask a verification to stop",
  params: which,
  answer: verification,
  status: 202,
  run: async ({ params, context }, { verifications }) => verifications.cancel(params.id, context.get("caller").name),
});

const followed = endpoint({
  method: "get",
  path: "/verifications/{id}/events",
  scope: "read",
  summary:
    "Follow a verification: `event`s, `progress` now and then, all that came of it as `report` last. Last-Event-ID goes on there",
  params: which,
  query: from,
  async run({ params, query, context }, scene) {
    scene.verifications.find(params.id);
    return streamTold(context, scene, {
      query,
      follow: (first, signal) => scene.verifications.follow(params.id, first, signal),
    });
  },
});

export const verificationRoutes = [listed, started, found, stopped, followed];
