import {
  explanation,
  holdReport,
  imageInspection,
  releaseReport,
  stats as statsDocument,
  trash as trashDocument,
} from "@backurne/reports/schemas";
import { addUpUsage } from "@backurne/reports";
import { z } from "zod";
import { images } from "../documents.ts";
import { endpoint } from "../endpoint.ts";
import { flag, image, instant, word } from "./words.ts";

const listed = endpoint({
  method: "get",
  path: "/images",
  scope: "read",
  summary: "Every backup image, as `backurne ls`",
  answer: images,
  run: async (_, { backurne, reads }) => ({
    version: 1,
    kind: "images",
    images: await reads.share("images", () => backurne.list()),
  }),
});

const inspected = endpoint({
  method: "get",
  path: "/images/{image}",
  scope: "read",
  summary: "One image, its points, and the verdict on each",
  params: image,
  answer: imageInspection,
  run: ({ params }, { backurne, reads }) => reads.share(`image ${params.image}`, () => backurne.inspect(params.image)),
});

const explained = endpoint({
  method: "get",
  path: "/images/{image}/explanation",
  scope: "read",
  summary: "The policy of one image and the verdict on each of its snapshots, as `backurne explain`",
  params: image,
  answer: explanation,
  run: ({ params }, { backurne, reads }) =>
    reads.share(`explain ${params.image}`, () => backurne.explain(params.image)),
});

const held = endpoint({
  method: "post",
  path: "/images/{image}/holds",
  scope: "backup",
  summary: "Keep a snapshot, or without one the whole image, from expiring, as `backurne hold`",
  params: image,
  body: z.strictObject({ snapshot: word.optional(), until: instant.optional(), reason: word.optional() }),
  answer: holdReport,
  run: ({ params, body: { until, ...rest } }, { backurne }) =>
    backurne.hold({ ...params, ...rest, ...(until !== undefined && { until: Date.parse(until) }) }),
});

const released = endpoint({
  method: "delete",
  path: "/images/{image}/holds",
  scope: "admin",
  summary: "End a hold, or confirm a change alarm, as `backurne release`",
  params: image,
  query: z.object({ snapshot: word.optional(), all: flag }),
  answer: releaseReport,
  run: ({ params, query }, { backurne }) => backurne.release({ ...params, ...query }),
});

const stats = endpoint({
  method: "get",
  path: "/stats",
  scope: "read",
  summary: "The space each backup uses, smallest first, as `backurne stats`",
  answer: statsDocument,
  run: async (_, { backurne, reads }) => addUpUsage(await reads.share("stats", () => backurne.stats())),
});

const trash = endpoint({
  method: "get",
  path: "/trash",
  scope: "read",
  summary: "What lies in the trash, and until when, as `backurne trash ls`",
  answer: trashDocument,
  run: async (_, { backurne, reads }) => ({
    version: 1,
    kind: "trash",
    images: await reads.share("trash", () => backurne.trash()),
  }),
});

export const imageRoutes = [listed, inspected, explained, held, released, stats, trash];
