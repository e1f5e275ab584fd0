import type { OpenAPIHono } from "@hono/zod-openapi";
import type { MappedDevice } from "@backurne/model";
import { formatLocalTime } from "@backurne/reports";
import { requireScope } from "../guard/who.ts";
import { lookMapped } from "../mapped.ts";
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
  // Its shape there is not known to us: the tree is the one that the command line prints.
  app.get("/mapped/", requireScope("read"), async (context) => {
    const mappings = await lookMapped({ backurne, reads });
    return context.json(
      mappings.map(({ id, backups, devices }) => ({
        id,
        backups: backups.map(({ image, snapshot }) => ({ uuid: image, snapshot })),
        tree: devices.filter(({ on }) => on.length === 0).map((device) => branch(device, devices)),
      })),
    );
  });
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

/** What is on a device, as `list-mapped` draws it: what stands on several is shown on each. */
function branch(
  { device, size, type, label, mountpoint, why }: MappedDevice,
  devices: readonly MappedDevice[],
): object {
  const children = devices.filter(({ on }) => on.includes(device)).map((child) => branch(child, devices));
  return { device, size, type, label, mountpoint, why, children };
}

/** `2018-06-01 15:44:26.072000`, as Python writes a time: local, and without a fraction where there is none. */
function localTime(creation: string, zone: string): string {
  const fraction = Date.parse(creation) % 1000;
  const digits = fraction === 0 ? "" : `.${String(fraction).padStart(3, "0")}000`;
  return `${formatLocalTime(creation, zone)}${digits}`;
}
