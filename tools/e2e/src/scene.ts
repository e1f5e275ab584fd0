import { createHash } from "node:crypto";
import { formatSnapshotName, type RunReport } from "@backurne/model";
import { DAY, openArena, random, type Arena } from "./arena.ts";
import type { Change } from "./diff-stream.ts";
import { setMark } from "./history.ts";
import { forgetIntents } from "./leases.ts";
import { troubles } from "./reported.ts";

/** What the next run meets: a first backup, an incremental, a disk made anew, and one that is gone for good. */
export const DISKS = ["first", "grows", "again"] as const;

const SIZE = 2 * 1024 * 1024;
const OBJECT = 64 * 1024;
const GONE = "alpha;gone;None";

/** Seconds, so that every run expires something on both sides. The second one's points are twins. */
const PROFILES = [
  { name: "slow", interval: 1500, count: 2 },
  { name: "quick", interval: 1000, count: 1 },
];

/** The same plan again and again in pools of its own, and what every snapshot in them has to contain. */
export interface Scene {
  readonly arena: Arena;
  /** Everything as the run to be spoiled is to find it. */
  prepare(): Promise<void>;
  /** What was written last is trimmed, and something else written: bytes that arrived and were not committed would show. */
  change(): Promise<void>;
  /** A run for which nothing is due: only what is left over would give it anything to do, and a generation that was closed. */
  backupLater(): Promise<RunReport>;
  /** SHA-256 of a disk as it was at a time, from what was written to it. */
  contentAt(disk: string, time: number): string | undefined;
}

export async function openScene(): Promise<Scene> {
  const arena = await openArena(PROFILES);
  const [cluster] = arena.settings.liveClusters;
  arena.settings = { ...arena.settings, liveClusters: [{ ...cluster!, compression: true }] };
  const live = (...args: string[]): Promise<string> => arena.live(...args, `--pool=${arena.pool}`);
  const backup = (...args: string[]): Promise<string> => arena.backupSide(...args, `--pool=${arena.pool}`);
  const contents = new Map<string, { readonly since: number; readonly digest: string }[]>();
  const heads = new Map<string, Buffer>();
  const written = new Map<string, readonly number[]>();
  let stamp = 0;

  function note(disk: string): void {
    const digest = createHash("sha256")
      .update(heads.get(disk) as Buffer)
      .digest("hex");
    contents.set(disk, [...(contents.get(disk) ?? []), { since: Date.now(), digest }]);
  }

  async function createDisk(disk: string): Promise<void> {
    await arena.createImage(disk, SIZE, "--object-size", "64K");
    heads.set(disk, Buffer.alloc(SIZE));
    written.set(disk, []);
  }

  /** Parts of new objects, those of the last time are trimmed. */
  async function changeDisk(disk: string): Promise<void> {
    const head = heads.get(disk) as Buffer;
    const old = written.get(disk) ?? [];
    const objects = [0, 1, 2].map((step) => (stamp + step * 7) % (SIZE / OBJECT));
    const changes: Change[] = [
      ...old.map((object) => ({ kind: "discard", offset: object * OBJECT, length: OBJECT }) as const),
      ...objects.map((object) => ({ kind: "write", offset: object * OBJECT + 4096, data: random(16_384) }) as const),
    ];
    for (const one of changes) {
      if (one.kind === "discard") head.fill(0, one.offset, one.offset + one.length);
      else if (one.kind === "write") head.set(one.data, one.offset);
    }
    written.set(disk, objects);
    await arena.change(disk, changes);
    note(disk);
  }

  async function changeAll(): Promise<void> {
    stamp += 3;
    await Promise.all(DISKS.map(changeDisk));
  }

  /** Its only backup is too old to stay, and three runs have missed it. */
  async function createGone(): Promise<string> {
    const time = Date.now() - 50 * DAY;
    const name = formatSnapshotName({ prefix: "backup", profile: "daily", count: 3, time });
    await backup("create", `--image=${GONE}`, "--size", `${SIZE}B`);
    heads.set("gone", Buffer.alloc(SIZE));
    contents.set("gone", [{ since: 0, digest: createHash("sha256").update(Buffer.alloc(SIZE)).digest("hex") }]);
    await backup("snap", "create", "--no-progress", `--image=${GONE}`, `--snap=${name}`);
    const { fsid } = arena.sandbox.live;
    const at = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();
    await setMark(arena, GONE, "source", { fsid, pool: arena.pool, namespace: "", image: "gone", id: "gone" });
    await setMark(arena, GONE, "base", { name, id: 1, shared: [{ name, id: 1 }] });
    await setMark(arena, GONE, "gone", { since: at(100), last: at(1), runs: 5, fsid });
    return (JSON.parse(await backup("info", `--image=${GONE}`, "--format", "json")) as { id: string }).id;
  }

  async function removeImage(side: typeof live, image: string): Promise<void> {
    await side("snap", "purge", "--no-progress", `--image=${image}`);
    await side("rm", "--no-progress", `--image=${image}`);
  }

  async function removeClosed(): Promise<void> {
    for (const image of await arena.backupImages()) if (image.startsWith("closed-")) await removeImage(backup, image);
  }

  const goneId = await createGone();
  await backup("trash", "mv", `--image=${GONE}`);
  await Promise.all(DISKS.map(createDisk));
  await changeAll();
  const { report } = await arena.backup();
  if (report.exit !== 0) throw new Error(`the scene cannot be set: ${troubles(report).join("; ")}`);

  return {
    arena,
    change: changeAll,
    async prepare() {
      await forgetIntents(arena); // or every run would have a call more than the last
      await Promise.all([
        removeImage(backup, "alpha;first;None"),
        live("snap", "purge", "--no-progress", "--image=first"),
        removeClosed(),
        removeImage(live, "again").then(() => createDisk("again")),
        arena.backupSide("trash", "restore", `${arena.pool}/${goneId}`),
      ]);
      await changeAll();
    },
    async backupLater() {
      const { settings } = arena;
      const profiles = settings.profiles.map((one) => ({ ...one, interval: 3_600_000 }));
      const liveClusters = settings.liveClusters.map((one) => ({ ...one, profiles }));
      arena.settings = { ...settings, profiles, liveClusters };
      try {
        return (await arena.backup()).report;
      } finally {
        arena.settings = settings;
      }
    },
    contentAt: (disk, time) => contents.get(disk)?.findLast(({ since }) => since <= time)?.digest,
  };
}
