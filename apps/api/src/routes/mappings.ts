import { parseDuration } from "@backurne/retention";
import { mapped, mappings, unmapped } from "@backurne/reports/schemas";
import { z } from "zod";
import { endpoint } from "../endpoint.ts";
import { lookMapped, mapHere } from "../mapped.ts";
import { mapping, word } from "./words.ts";

const listed = endpoint({
  method: "get",
  path: "/mappings",
  scope: "read",
  summary: "Backups that are open on this host, each compared with what is there, as `backurne list-mapped`",
  answer: mappings,
  run: async (_, scene) => ({ version: 1, kind: "mappings", mappings: await lookMapped(scene) }),
});

/** A lifetime; a browser that forgets to unmap is the rule. */
const lifetime = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, 'expected a duration like "8h"')
  .transform((text) => parseDuration(text) as number);

const made = endpoint({
  method: "post",
  path: "/mappings",
  scope: "map",
  summary: "Open backups as devices and file systems of this host, writable and disposable, as `backurne map`",
  body: z.strictObject({
    image: z.string().min(1).max(1024),
    snapshot: word,
    with: z.array(z.string().min(3).max(1300)).max(64).optional(),
    vmdk: z.string().min(1).max(1024).optional(),
    for: lifetime.optional(),
  }),
  answer: mapped,
  status: 201,
  async run({ body: { for: until, ...request }, context }, scene) {
    const found = await mapHere({ ...request, lifetime: until }, context, scene);
    context.header("location", `${context.req.path}/${found.id}`);
    return { version: 1, kind: "mapping", ...found };
  },
});

const undone = endpoint({
  method: "delete",
  path: "/mappings/{mapping}",
  scope: "map",
  summary: "Undo what was opened, as `backurne unmap`; what is in use stays, and is named",
  params: mapping,
  answer: unmapped,
  run: ({ params }, { backurne }) => backurne.unmap({ image: params.mapping }),
});

export const mappingRoutes = [listed, made];
export const unmappingRoutes = [undone];
