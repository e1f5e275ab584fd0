import { createHash } from "node:crypto";
import { rbd, type Cluster } from "@backurne/sandbox";
import type { RestoreOptions } from "backurne";
import type { Restoration } from "@backurne/model";
import type { Arena } from "./arena.ts";
import type { Fault } from "./faults.ts";
import { digest } from "./kept.ts";
import { targetOf } from "./sides.ts";

export interface Wanted extends RestoreOptions {
  /** Default: `disk`, the latest, to `alpha/POOL/back`. */
  readonly image?: string;
  readonly snapshot?: string;
  readonly to?: string;
  /** Programs stand first on this PATH. */
  readonly env?: { readonly PATH: string };
}

export async function restore(arena: Arena, wanted: Wanted = {}): Promise<Restoration> {
  const { image = "disk", snapshot = "latest", to = `alpha/${arena.pool}/back`, env, ...options } = wanted;
  await using backurne = await arena.open(env && { env });
  return await backurne.restore({ image, snapshot, to }, options);
}

/** The content of the newest backup of a live image. */
export async function backedUp(arena: Arena, image = "disk", index = -1): Promise<string> {
  const target = targetOf(image);
  const { name } = (await arena.backupSnapshots(target)).at(index) as { name: string };
  return digest(arena.sandbox.backup, { pool: arena.pool, image: target, snapshot: name });
}

export async function listImages(cluster: Cluster, ...where: readonly string[]): Promise<readonly string[]> {
  return JSON.parse(await rbd(cluster, ["ls", ...where, "--format", "json"])) as string[];
}

/** The name under which a disk arrives at `CLUSTER/POOL/NAME`, and the mark by which it says what it is. */
export function unfinishedOf({ sandbox, pool }: Arena, to: string) {
  const place = JSON.stringify([sandbox.backup.fsid, pool, "", to]);
  const parts = /^(.{8})(.{4})(.{4})(.{4})(.{12})/.exec(createHash("sha256").update(place).digest("hex")) ?? [];
  const mark = {
    image: "a;b;c",
    snapshot: "x",
    becomes: to.split("/").at(-1),
    host: "bk9",
    since: "2026-01-01T00:00Z",
  };
  const meta = ["image-meta", "set", "backurne.restoring", JSON.stringify(mark)] as const;
  return { image: `restoring-${parts.slice(1).join("-")}`, meta };
}

/** What is equal of two images that were made alike. */
export async function shapeOf(cluster: Cluster, ...where: readonly string[]): Promise<Record<string, unknown>> {
  const info = JSON.parse(await rbd(cluster, ["info", ...where, "--format", "json"])) as Record<string, unknown>;
  const { size, object_size, features, flags, stripe_unit, stripe_count, data_pool } = info;
  return { size, object_size, features, flags, stripe_unit, stripe_count, data_pool };
}

/** Something happens to what the live side imports, or in its place. */
export function onImport(does: string): Fault {
  return { where: "live", when: "import-diff", does, once: true };
}

/** The import on the live side stands when it has read that many bytes: `$dir/reached`, until there is `$dir/go`. */
export function holdImport(bytes: number): Fault {
  const stand = `: >"$dir/reached"; while [ -d "$dir" ] && [ ! -e "$dir/go" ]; do sleep 0.1; done`;
  return onImport(`{ head -c ${bytes}; ${stand}; cat; } | "$real" "$@"; exit "\${PIPESTATUS[1]}"`);
}
