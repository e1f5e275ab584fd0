import { rbd, type Cluster } from "@backurne/sandbox";
import type { SourceIdentity } from "@backurne/model";
import type { Arena } from "./arena.ts";
import { readMarks } from "./history.ts";
import { digest, listSnapshots, type ImageAt } from "./kept.ts";
import { whereIs } from "./storages.ts";

/**
 * Every point has the bytes of the live snapshot it was made from, where that stands yet, and the bytes it had when it
 * was seen before. Returns how many were compared with their source: by what the images say of themselves.
 */
export async function compareWithSources(arena: Arena, seen: Map<string, string>): Promise<number> {
  const counts = await Promise.all((await arena.backupImages()).map((image) => compareImage(image, arena, seen)));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function compareImage(image: string, arena: Arena, seen: Map<string, string>): Promise<number> {
  const { backup } = arena.sandbox;
  const target = { pool: arena.pool, image };
  const { id } = JSON.parse(
    await arena.backupSide("info", `--pool=${arena.pool}`, `--image=${image}`, "--format", "json"),
  ) as { id: string };
  const source = await findSource((await readMarks(arena, image)).source, arena);
  let compared = 0;
  for (const point of await arena.backupSnapshots(image)) {
    const here = await digest(backup, { ...target, snapshot: point.name });
    const known = `${id}@${point.id}`;
    if ((seen.get(known) ?? here) !== here) throw new Error(`${image}@${point.name} is not what it was`);
    seen.set(known, here);
    if (!source?.names.includes(point.name)) continue;
    compared += 1;
    const there = await digest(source.cluster, { ...source.at, snapshot: point.name });
    if (there !== here) throw new Error(`${image}@${point.name} differs from its source`);
  }
  return compared;
}

interface Source {
  readonly cluster: Cluster;
  readonly at: ImageAt;
  readonly names: readonly string[];
}

/** undefined: no such image any more. One made anew under the old name is another. */
async function findSource(source: SourceIdentity | undefined, { sandbox }: Arena): Promise<Source | undefined> {
  const cluster = [sandbox.live, sandbox.backup].find(({ fsid }) => fsid === source?.fsid);
  if (!cluster || !source) return undefined;
  const where = whereIs(source, source.image);
  const info = await rbd(cluster, ["info", ...where, "--format", "json"]).catch(() => "{}");
  if ((JSON.parse(info) as { id?: string }).id !== source.id) return undefined;
  const at = { pool: source.pool, namespace: source.namespace, image: source.image };
  return { cluster, at, names: (await listSnapshots(cluster, at)).map(({ name }) => name) };
}
