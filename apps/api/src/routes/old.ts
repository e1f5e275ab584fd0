import type { OpenAPIHono } from "@hono/zod-openapi";
import { formatLocalTime } from "@backurne/reports";
import { requireScope } from "../guard/who.ts";
import type { Env, Scene } from "../scene.ts";

/** The reading paths of the old tool, in its shape: scripts rely on them. New fields are for `/api/v1` only. */
export function mountOld(app: OpenAPIHono<Env>, { backurne, reads, settings }: Scene): void {
  const list = () => reads.share("images", () => backurne.list());
  const show = ({ ident, disk, uuid }: { readonly ident: string; readonly disk: string; readonly uuid: string }) => ({
    ident,
    disk,
    uuid,
  });
  app.use("/backup/*", requireScope("read"));
  app.get("/backup/", async (context) => context.json((await list()).map(show)));
  app.get("/backup/host/:host/", async (context) => {
    const host = context.req.param("host");
    return context.json((await list()).filter(({ ident }) => ident === host).map(show));
  });
  app.get("/backup/:image/", async (context) => {
    const image = context.req.param("image");
    const points = await reads.share(`points ${image}`, () => backurne.points(image));
    return context.json(
      points.map(({ creation, uuid }) => ({ creation_date: localTime(creation, settings.timezone), uuid })),
    );
  });
}

/** `2018-06-01 15:44:26.072000`, as Python writes a time: local, and without a fraction where there is none. */
function localTime(creation: string, zone: string): string {
  const fraction = Date.parse(creation) % 1000;
  const digits = fraction === 0 ? "" : `.${String(fraction).padStart(3, "0")}000`;
  return `${formatLocalTime(creation, zone)}${digits}`;
}
