import type { OpenAPIHono } from "@hono/zod-openapi";
import type { MappedDevice, Mapping } from "@backurne/model";
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
  app.get("/mapped/", requireScope("read"), async (context) => {
    const mappings = await lookMapped({ backurne, reads });
    return context.json(mappings.flatMap(treesOf));
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
      points.map(({ creation, uuid }) => ({ creation_date: localTime(creation, uuid, settings.timezone), uuid })),
    );
  });
}

/** A node of the old tool's tree; null is what it said of all that a node has not. */
const NODE = {
  dev: null,
  fstype: null,
  mountpoint: null,
  // The clone that is mapped: nothing that our mappings tell.
  image: null,
  parent_image: null,
  parent_snap: null,
  // What it had to know while it looked for partitions; null to all who asked.
  mapped: null,
  size: null,
} as const;

/** One for each disk that is mapped. Of several in one mapping nothing says which of its backups each is. */
function treesOf({ backups: [backup, ...more], devices }: Mapping): readonly object[] {
  const parent =
    backup === undefined || more.length > 0 ? {} : { parent_image: backup.image, parent_snap: backup.snapshot };
  return devices
    .filter(({ on }) => on.length === 0)
    .map((disk) => ({ ...NODE, dev: disk.device, ...parent, children: [branch(disk, devices)] }));
}

/** By which a disk is parted: no filesystem. */
const TABLES: readonly (string | undefined)[] = ["gpt", "dos", "PMBR", "sun", "mac", "sgi", "bsd", "atari"];

/** A device with all that is on it; what stands on several is on each. */
function branch({ device, size, type, mountpoint }: MappedDevice, devices: readonly MappedDevice[]): object {
  const children = devices.filter(({ on }) => on.includes(device)).map((child) => branch(child, devices));
  const fstype = type === undefined || TABLES.includes(type) ? null : type;
  return { ...NODE, dev: device, fstype, mountpoint: mountpoint ?? null, size: shortSize(size), children };
}

/** `20G`, `1.5T`: as lsblk writes a size, which is where the old tool had it from. */
function shortSize(bytes: number): string {
  const unit = bytes < 1024 ? 0 : Math.min(6, Math.floor(Math.log2(bytes) / 10));
  return `${Math.round((bytes / 1024 ** unit) * 10) / 10}${"BKMGTPE"[unit]}`;
}

/** `2018-06-01 15:44:26.072348`, as Python writes a time: local, with the fraction that the name has, and none where that is zero. */
function localTime(creation: string, name: string, zone: string): string {
  const [, fraction = ""] = /\.(\d{1,6})Z?$/.exec(name) ?? [];
  const digits = Number(fraction) === 0 ? "" : `.${fraction.padEnd(6, "0")}`;
  return `${formatLocalTime(creation, zone)}${digits}`;
}
