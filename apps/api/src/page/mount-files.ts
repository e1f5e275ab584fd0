import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { BackurneError } from "@backurne/model";
import { answerArchive, answerFile, placeOf, rawQuery } from "../files.ts";
import { readForm } from "../form.ts";
import { requireScope } from "../guard/who.ts";
import { lookMapped, mapHere } from "../mapped.ts";
import type { Env, Scene } from "../scene.ts";
import { filesSheet, mappingsSheet } from "./browse.ts";
import { sheet } from "./layout.ts";
import type { Html } from "./words.ts";

/** ms; nobody remembers to close what a page has opened. */
export const LIFETIME = 8 * 3_600_000;

/** Opening backups, looking into them, taking files out: all of it links and forms. */
export function mountFiles(app: OpenAPIHono<Env>, scene: Scene): void {
  const { backurne } = scene;
  const show = async (context: Context<Env>, title: string, body: Html): Promise<Response> =>
    context.html(await sheet({ title, at: "/mappings", body: await body, caller: context.get("caller") }));
  const explore = requireScope("explore");
  const map = requireScope("map");

  app.get("/mappings", requireScope("read"), async (context) => {
    const around = { scene, caller: context.get("caller") };
    return show(context, "Mapped", mappingsSheet(await lookMapped(scene), around));
  });
  app.post("/images/:image/map", map, async (context) => {
    const { snapshot } = await readForm(context);
    if (typeof snapshot !== "string" || snapshot === "") throw new BackurneError("usage", "no snapshot is named");
    const request = { image: context.req.param("image"), snapshot, lifetime: LIFETIME };
    const { id } = await mapHere(request, context, scene);
    return context.redirect(`/mappings#${id}`, 303);
  });
  app.post("/mappings/:mapping/close", map, async (context) => {
    await backurne.unmap({ image: context.req.param("mapping") });
    return context.redirect("/mappings", 303);
  });
  app.get("/mappings/:mapping/files", explore, async (context) => {
    const after = rawQuery(context, "after");
    const place = placeOf(context);
    const page = await backurne.files.list(place, { after, signal: context.req.raw.signal });
    return show(context, "Files", filesSheet(place.mapping, page, { after, scene }));
  });
  app.get("/mappings/:mapping/content", explore, (context) => answerFile(context, scene));
  app.get("/mappings/:mapping/archive", explore, (context) => {
    return answerArchive(context, context.req.query("format") === "zip" ? "zip" : "tar", scene);
  });
}
