import { z } from "zod";
import { files } from "../documents.ts";
import { endpoint } from "../endpoint.ts";
import { answerArchive, answerFile, ARCHIVE, placeOf, rawQuery } from "../files.ts";
import { mapping, number } from "./words.ts";

/** Percent-encoded byte by byte: read from the URL itself, as what is no text does not survive being made a string. */
const path = z.string().max(16_384).optional();

const listed = endpoint({
  method: "get",
  path: "/mappings/{mapping}/files",
  scope: "explore",
  summary:
    "What a directory of a mapped backup holds; without a path, its file systems. Links are followed inside a file system",
  params: mapping,
  query: z.object({ path, after: path, limit: number.pipe(z.int().min(1).max(1000)).optional() }),
  answer: files,
  async run({ params, query: { limit }, context }, { backurne }) {
    const after = rawQuery(context, "after");
    const { signal } = context.req.raw;
    const page = await backurne.files.list(placeOf(context), { after, limit, signal });
    return { version: 1, kind: "files", mapping: params.mapping, ...page };
  },
});

const read = endpoint({
  method: "get",
  path: "/mappings/{mapping}/files/content",
  scope: "explore",
  summary:
    "One file of a mapped backup, or the part of it that `Range` names; never as what it says it is. Written down",
  params: mapping,
  query: z.object({ path }),
  streams: ["application/octet-stream"],
  run: ({ context }, scene) => answerFile(context, scene),
});

const packed = endpoint({
  method: "get",
  path: "/mappings/{mapping}/files/archive",
  scope: "explore",
  summary:
    "A directory of a mapped backup with all that is in it, as a stream that breaks off where it does not become whole. Written down",
  params: mapping,
  query: z.object({ path, format: z.enum(["tar", "zip"]).optional() }),
  streams: Object.values(ARCHIVE),
  run: ({ context, query: { format = "tar" } }, scene) => answerArchive(context, format, scene),
});

export const fileRoutes = [listed, read, packed];
