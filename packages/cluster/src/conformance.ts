import type { Executor } from "@backurne/exec";
import { expect, test } from "vitest";
import type { DigestPart } from "@backurne/rbd";
import type { Cluster, FoundDisk } from "./index.ts";

/** What an adapter's test has to bring: a real cluster, and the means to prepare it. */
export interface Harness {
  /** The adapter under test, on a pool that holds exactly the images made through this harness. */
  open(): Promise<Cluster>;
  /** The same adapter, pointed at a cluster that does not answer, or a pool that is not there. */
  openBroken(): Promise<Cluster>;
  /**
   * Makes an image of 8 MiB with a few random bytes, and snapshots of these names, in this order. Returns its name: the
   * wanted one, or what comes nearest to it where images are named by rules.
   */
  createImage(wanted: string, snapshots: readonly string[]): Promise<string>;
  readonly executor: Executor;
}

/** Exceptions an adapter claims, by the name of the test, each with the reason. */
export type Exceptions = Readonly<Record<string, string>>;

/** Every adapter passes this on a real cluster; what it cannot do it names. */
export function conformCluster(makeHarness: () => Promise<Harness>, exceptions: Exceptions = {}): void {
  function rule(name: string, check: (harness: Harness) => Promise<void>): void {
    const because = exceptions[name];
    if (because !== undefined) test.skip(`${name} (exception: ${because})`, () => undefined);
    else test(name, async () => check(await makeHarness()));
  }

  rule("lists every image once, with ids, sizes and snapshots, oldest first", async (harness) => {
    const names = [await harness.createImage("one", ["first", "second"]), await harness.createImage("two", [])];
    const { fsids, guests } = await (await harness.open()).inventory();
    // One that none of these images is in may be behind it, too.
    const fsid = fsids.find((one) => one === guests[0]?.disks[0]?.source.fsid);
    expect(new Set(fsids).size).toBe(fsids.length);
    expect(fsid).toMatch(/^[0-9a-f-]{36}$/);
    const disks = guests.flatMap((guest) => guest.disks);
    expect(disks.map((disk) => disk.disk.image).sort()).toEqual(names.toSorted());
    const one = found(disks, names[0]);
    expect(one.image.size).toBe(8 * 1024 * 1024);
    expect(one.image.snapshots.map((snapshot) => snapshot.name)).toEqual(["first", "second"]);
    expect(one.source).toMatchObject({ fsid, image: names[0], id: one.image.id });
    expect(one.disk.key.disk).not.toBe("");
  });

  rule("throws when it cannot list, and never returns half a list", async (harness) => {
    await expect((await harness.openBroken()).inventory()).rejects.toThrow();
  });

  rule("makes, sees and removes a snapshot, and says what it found", async (harness) => {
    const one = await harness.createImage("one", []);
    const cluster = await harness.open();
    const { disk } = found(await disksOf(cluster), one);
    const pool = cluster.pool(disk);
    expect(await pool.createSnapshot(one, "made")).toBe("created");
    expect(await pool.createSnapshot(one, "made")).toBe("exists");
    expect((await pool.snapshots(one))?.map((snapshot) => snapshot.name)).toEqual(["made"]);
    expect(await pool.removeSnapshot(one, "made")).toBe("removed");
    expect(await pool.removeSnapshot(one, "made")).toBe("absent");
    expect(await pool.snapshots("no such image")).toBeUndefined();
  });

  rule("passes names through unchanged", async (harness) => {
    const nasty = `a'b"c $(touch canary) ;|& \`id\` *?~!#\\ é`;
    const name = await harness.createImage(nasty, [nasty]);
    const cluster = await harness.open();
    const { disk, image } = found(await disksOf(cluster), name);
    expect(image.snapshots.map((snapshot) => snapshot.name)).toEqual([nasty]);
    expect(await cluster.pool(disk).removeSnapshot(name, nasty)).toBe("removed");
  });

  rule("streams the difference, whole and between two snapshots", async (harness) => {
    const one = await harness.createImage("one", ["first", "second"]);
    const cluster = await harness.open();
    const { disk } = found(await disksOf(cluster), one);
    const whole = await run(harness, cluster.stream(disk, { snapshot: "second" }));
    const between = await run(harness, cluster.stream(disk, { snapshot: "second", base: "first" }));
    expect(whole.slice(0, 12)).toBe("rbd diff v1\n");
    expect(whole.at(-1)).toBe("e");
    expect(between).toContain("first");
    expect(between.length).toBeLessThan(200);
  });

  rule("fails the whole pipeline when the export fails on the far side", async (harness) => {
    const one = await harness.createImage("one", []);
    const cluster = await harness.open();
    const { disk } = found(await disksOf(cluster), one);
    await expect(run(harness, cluster.stream(disk, { snapshot: "none" }))).rejects.toThrow(/export-diff/);
  });

  rule("digests a snapshot where it lies", async (harness) => {
    const one = await harness.createImage("one", ["first"]);
    const cluster = await harness.open();
    const { disk } = found(await disksOf(cluster), one);
    const digest = await run(harness, cluster.digest(disk, "first"));
    expect(digest.trim().split(/\s/)[0]).toMatch(/^[0-9a-f]{8,}$/);
    await expect(run(harness, cluster.digest(disk, "none"))).rejects.toThrow();
  });

  rule("takes a stream into a new image, which has its snapshot by the commit and not without", async (harness) => {
    const one = await harness.createImage("one", ["first"]);
    const cluster = await harness.open();
    const { disk, image } = found(await disksOf(cluster), one);
    const destination = await cluster.destination(disk.pool, disk.namespace);
    expect(await destination.pool.exists()).toBe(true);
    expect(await destination.hasPool(disk.pool)).toBe(true);
    expect(await destination.hasPool("no-such-pool")).toBe(false);
    const source = cluster.stream(disk, { snapshot: "first" });
    const send = async (target: string, allowed: boolean): Promise<void> => {
      await destination.pool.create(target, { size: image.size });
      const commit = { into: source.length, allow: async () => allowed };
      await harness.executor.run([...source, ...destination.sink(target)], { holdStdin: true, commit });
    };
    await send("two", true);
    expect(await run(harness, destination.digest("two", "first"))).toBe(
      await run(harness, cluster.digest(disk, "first")),
    );
    await expect(send("three", false)).rejects.toThrow(/not allowed/);
    expect(await destination.pool.snapshots("three")).toEqual([]);
  });

  rule("digests the chunks of a snapshot where it lies, by their differences or by shares", async (harness) => {
    const one = await harness.createImage("one", ["first", "second"]);
    const cluster = await harness.open();
    const { disk } = found(await disksOf(cluster), one);
    const linesOf = async (part: DigestPart): Promise<readonly string[]> =>
      (await run(harness, cluster.digests(disk, { snapshot: "second", part }))).trimEnd().split("\n");
    const whole = await linesOf({ kind: "share", first: 0, count: 1, of: 1 });
    expect(whole).toEqual([
      "size 8388608",
      expect.stringMatching(/^0 4194304 [0-9a-f]{32}$/),
      expect.any(String),
      "end 2",
    ]);
    const half = await linesOf({ kind: "share", first: 1, count: 1, of: 2 });
    expect(half).toEqual([whole[0], whole[2], "end 1"]);
    expect(await linesOf({ kind: "changed", base: "first" })).toEqual(["size 8388608", "end 0"]);
    expect((await linesOf({ kind: "changed" })).length).toBeGreaterThan(2);
    const none = cluster.digests(disk, { snapshot: "none", part: { kind: "changed" } });
    await expect(run(harness, none)).rejects.toThrow(`digests of ${one}@none`);
  });

  rule("gives back a guest it held still", async (harness) => {
    await harness.createImage("one", []);
    const cluster = await harness.open();
    const [guest] = (await cluster.inventory()).guests;
    const frozen = await cluster.freeze(guest as NonNullable<typeof guest>);
    if (!frozen.frozen) throw new Error(frozen.because);
    expect(await frozen.thaw()).toMatchObject({ held: true });
    expect(await frozen.thaw()).toMatchObject({ held: true });
  });
}

async function run({ executor }: Harness, pipeline: Parameters<Executor["run"]>[0]): Promise<string> {
  return (await executor.run(pipeline, { holdStdin: true })).stdout;
}

async function disksOf(cluster: Cluster): Promise<readonly FoundDisk[]> {
  return (await cluster.inventory()).guests.flatMap((guest) => guest.disks);
}

function found(disks: readonly FoundDisk[], image: string | undefined): FoundDisk {
  const disk = disks.find((one) => one.disk.image === image);
  if (!disk) throw new Error(`the inventory lacks ${image}`);
  return disk;
}
