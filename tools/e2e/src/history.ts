import { spawn } from "node:child_process";
import { formatSnapshotName, parseMarks, type Marks } from "@backurne/model";
import { rados, type Cluster } from "@backurne/sandbox";
import { DAY, MiB, write, type Arena } from "./arena.ts";

/** One moment of the past: profiles with their counts, the first one names the live snapshot. */
export interface Moment {
  /** Days. */
  readonly ago: number;
  readonly names: readonly (readonly [profile: string, count: number])[];
  /** false: its live snapshot is gone long since, as most are. */
  readonly live?: boolean;
}

export interface History {
  readonly image: string;
  /** Oldest first, the names of each moment. */
  readonly names: readonly (readonly string[])[];
}

const FEATURES = "layering,exclusive-lock,object-map,fast-diff,deep-flatten";

/**
 * A disk with a chain of backups as the tool would have made it on those days: a run's own clock may not be turned,
 * since the cluster's tells it what the time is. The snapshots are real and so are their bytes; only the names are old.
 */
export async function makeHistory(arena: Arena, image: string, moments: readonly Moment[]): Promise<History> {
  const { sandbox, pool } = arena;
  const target = `alpha;${image};None`;
  const live = (...args: string[]): Promise<string> => arena.live(...args, `--pool=${pool}`, `--image=${image}`);
  const backup = (...args: string[]): Promise<string> =>
    arena.backupSide(...args, `--pool=${pool}`, `--image=${target}`);
  await arena.createImage(image, 16 * MiB);
  await backup("create", "--size", `${16 * MiB}B`, "--image-feature", FEATURES);
  const names = moments.map(namesOf);
  for (const [index, [name, ...twins]] of names.entries()) {
    await arena.change(image, [write((index % 16) * MiB, 65_536)]);
    await live("snap", "create", "--no-progress", `--snap=${name}`);
    const base = names[index - 1]?.[0];
    const from = base === undefined ? [] : [`--from-snap=${base}`];
    const source = [`--pool=${pool}`, `--image=${image}`, `--snap=${name}`, ...from];
    await copy(sandbox, source, [`--pool=${pool}`, `--image=${target}`]);
    for (const twin of twins) await backup("snap", "create", "--no-progress", `--snap=${twin}`);
  }
  const standing = await arena.liveSnapshots(image);
  const shared = standing.map(({ name, id }, index) => ({ name, id, twins: names[index]?.slice(1) })).toReversed();
  const info = JSON.parse(await live("info", "--format", "json")) as { id: string };
  const source = { fsid: sandbox.live.fsid, pool, namespace: "", image, id: info.id };
  await setMark(arena, target, "source", source);
  await setMark(arena, target, "base", { name: shared[0]?.name, id: shared[0]?.id, shared });
  for (const [index, { live: stays = true }] of moments.entries())
    if (!stays) await live("snap", "rm", "--no-progress", `--snap=${names[index]?.[0]}`);
  return { image, names };
}

/** The same profile every day, the newest so many days ago; only the newest stands on the live side. */
export function daily(points: number, { newest = 1, count = 7 }: { newest?: number; count?: number } = {}): Moment[] {
  return Array.from({ length: points }, (_, index) => {
    const ago = newest + points - 1 - index;
    return { ago, names: [["daily", count]], live: ago === newest };
  });
}

/** The copy of all marks goes: the next run reads the marks themselves. */
export async function setMark(arena: Arena, image: string, key: string, value: unknown): Promise<void> {
  const where = [`--pool=${arena.pool}`, `--image=${image}`];
  await arena.backupSide("image-meta", "set", ...where, `backurne.${key}`, JSON.stringify(value));
  await rados(arena.sandbox.backup, ["--pool", arena.pool, "rm", "backurne.index"]).catch(() => ""); // there may be none
}

export async function readMark(arena: Arena, image: string, key: string): Promise<unknown> {
  const value = (await metadataOf(arena, image))[`backurne.${key}`];
  return value === undefined ? undefined : JSON.parse(value);
}

export async function readMarks(arena: Arena, image: string): Promise<Marks> {
  return parseMarks(await metadataOf(arena, image));
}

async function metadataOf(arena: Arena, image: string): Promise<Record<string, string>> {
  const where = [`--pool=${arena.pool}`, `--image=${image}`, "--format", "json"];
  return JSON.parse((await arena.backupSide("image-meta", "list", ...where)) || "{}") as Record<string, string>;
}

function namesOf({ ago, names }: Moment): readonly string[] {
  const time = Date.now() - ago * DAY;
  return names.map(([profile, count]) => formatSnapshotName({ prefix: "backup", profile, count, time }));
}

function copy({ live, backup }: { live: Cluster; backup: Cluster }, from: string[], to: string[]): Promise<void> {
  const access = ({ conf }: Cluster, verb: string): string[] => [
    "--conf",
    conf,
    "--id",
    "admin",
    verb,
    "--no-progress",
  ];
  return new Promise((resolve, reject) => {
    const source = spawn("rbd", [...access(live, "export-diff"), ...from, "--path=-"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const sink = spawn("rbd", [...access(backup, "import-diff"), ...to, "--path=-"], {
      stdio: ["pipe", "ignore", "inherit"],
    });
    source.stdout.pipe(sink.stdin);
    source.on("error", reject);
    sink.on("error", reject);
    sink.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`import-diff: exit ${code}`))));
  });
}
