import { holdImage, listImages, precheck, verifyImages, type Manner, type VerifyOptions } from "@backurne/engine";
import { exitCodeOfVerification } from "@backurne/reports";
import { describe, expect, test } from "vitest";
import { backUp, DAY, guest, meanwhile, openWorld, profile, type World } from "../src/index.ts";

const TARGET = "alpha;disk;None";

function begin(count = 3, ...images: readonly string[]): World {
  const world = openWorld({ profiles: [profile({ count })] });
  for (const image of ["disk", ...images]) world.live("alpha").add(image);
  return world;
}

async function night(world: World, name = "bk1", changes: Parameters<World["host"]>[1] = {}) {
  world.now += DAY;
  for (const image of world.live("alpha").images.values()) image.head = `${world.now}`;
  return (await backUp(world.host(name, changes))).report;
}

/** The next comparison finds other bytes than were sent. */
function damageNext(world: World): void {
  world.before = async (call) => {
    if (!call.startsWith("compare ")) return;
    world.before = undefined;
    damageNewest(world);
  };
}

function damageNewest(world: World, image = TARGET): void {
  const { snapshots } = world.backup.images.get(image)!;
  const [name, snapshot] = [...snapshots].at(-1)!;
  snapshots.set(name, { ...snapshot, content: "damaged" });
}

const markOf = (world: World, key: string, image = TARGET): unknown =>
  JSON.parse(world.backup.images.get(image)?.metadata.get(`backurne.${key}`) ?? "null");

async function verify(world: World, manner: Manner, options: Partial<VerifyOptions> & { host?: string } = {}) {
  const { host = "bk1", ...rest } = options;
  const report = await verifyImages(world.host(host), { manner, ...rest });
  return { ...report, exit: exitCodeOfVerification(report, rest.image !== undefined) };
}

test("what could not be looked at was not compared, and that is no success, but for who has named another one", async () => {
  const world = openWorld({ profiles: [profile()], proxmox: { px1: [guest(100, "web"), guest(101, "mail")] } });
  await backUp(world.host("bk1"));
  const house = world.host("bk1");
  const clusters = house.clusters.map((one) => ({
    ...one,
    cluster: {
      ...one.cluster,
      inventory: async () => {
        const { guests, ...rest } = await one.cluster.inventory();
        const blind = [{ about: "mail (101)", because: "its configuration cannot be read", vmid: 101 }];
        return { ...rest, guests: guests.filter(({ name }) => name === "web"), blind };
      },
    },
  }));
  const report = await verifyImages({ ...house, clusters }, { manner: "full" });
  expect(report.images.map(({ reference, outcome }) => [reference, outcome])).toEqual([["px1/web/scsi0", "same"]]);
  expect(report.failures).toEqual([{ about: "px1/mail (101)", message: "its configuration cannot be read" }]);
  expect(exitCodeOfVerification(report, false)).toBe(3);
  expect((await verifyImages({ ...house, clusters }, { manner: "full", image: "px1/web" })).failures).toEqual([]);
});

const closedOf = (world: World): string =>
  [...world.backup.images.keys()].find((image) => image.startsWith("closed-")) ?? "none";

const off = (world: World) => ({ settings: { ...world.host("x").settings, verifySent: false } });

test("what a night sent is compared, unless the configuration says no", async () => {
  const world = begin();
  expect((await night(world)).jobs[0]).toMatchObject({ outcome: "done", verified: "sent" });
  expect((await night(world, "bk1", off(world))).jobs[0]?.verified).toBeUndefined();
  expect(world.calls.filter((call) => call.startsWith("compare "))).toHaveLength(1);
  const proofs = markOf(world, "proofs") as object;
  expect(Object.keys(proofs)).toEqual([world.backup.points(TARGET)[0]]);
});

test("a suspect chain loses nothing until what took its place has been verified", async () => {
  const world = begin(2, "other");
  for (let count = 0; count < 4; count += 1) expect((await night(world)).exit).toBe(0);
  damageNext(world);
  const report = await night(world);
  expect(report).toMatchObject({ exit: 13, totals: { failed: 1, done: 1 } });
  const standing = world.backup.points(TARGET);
  expect(standing.length).toBeGreaterThanOrEqual(4);
  // The new generation begins in the next run although nothing is due, and nobody compares what it sends.
  world.now += 60_000;
  const next = (await backUp(world.host("bk1", off(world)))).report;
  expect(next).toMatchObject({ exit: 0, totals: { full: 1, incremental: 0 } });
  for (let count = 0; count < 20; count += 1) expect((await night(world, "bk1", off(world))).exit).toBe(0);
  expect(world.backup.points(closedOf(world))).toEqual(standing);
  // Later points say nothing of the whole.
  expect((await night(world)).exit).toBe(0);
  await night(world);
  expect(world.backup.points(closedOf(world))).toEqual(standing);
  expect((await verify(world, "full")).exit).toBe(0);
  await night(world);
  expect(world.backup.points(closedOf(world)).length).toBeLessThan(standing.length);
});

test("a verified first transfer of the new generation lets the suspect one fade", async () => {
  const world = begin(2);
  await night(world);
  damageNext(world);
  expect((await night(world)).exit).toBe(13);
  for (let count = 0; count < 6; count += 1) expect((await night(world)).exit).toBe(0);
  expect(markOf(world, "verified")).toMatchObject({ begun: expect.any(String) });
  expect(world.backup.points(closedOf(world))).toHaveLength(1);
});

/** The source snapshot is removed and made anew while it is read, under the same name. */
function replaceSource(world: World): void {
  const { snapshots } = world.live("alpha").images.get("disk")!;
  world.before = async (call) => {
    if (!call.startsWith("compare ")) return;
    world.before = undefined;
    const [name, snapshot] = [...snapshots].at(-1)!;
    snapshots.set(name, { ...snapshot, id: snapshot.id + 1000, content: "newer" });
  };
}

test("a source snapshot that goes away right after the transfer leaves a backup that was not verified", async () => {
  const world = begin();
  replaceSource(world);
  const report = await night(world);
  expect(report).toMatchObject({ exit: 0, totals: { done: 1, full: 1 } });
  expect(report.warnings[0]?.message).toMatch(/was not verified: the source snapshot was removed while it was read/);
  expect([markOf(world, "suspect"), markOf(world, "verified")]).toEqual([null, null]);
});

test("a run that is stopped while it compares keeps what it has received", async () => {
  const world = begin();
  const stop = new AbortController();
  world.before = async (call) => {
    if (call.startsWith("compare ")) stop.abort("stopped");
    stop.signal.throwIfAborted();
  };
  world.now += DAY;
  world.live("alpha").images.get("disk")!.head = "one";
  const { report } = await backUp(world.host("bk1"), { signal: stop.signal });
  expect(report).toMatchObject({ exit: 130, totals: { full: 1 } });
  expect(report.warnings[0]?.message).toMatch(/was not verified: it was stopped/);
  expect(world.backup.points(TARGET)).toHaveLength(1);
  expect(markOf(world, "verified")).toBeNull();
});

test("a source snapshot that goes away meanwhile is no difference", async () => {
  const world = begin();
  await night(world);
  replaceSource(world);
  const { exit, images } = await verify(world, "full");
  expect({ exit, outcome: images[0]?.outcome }).toEqual({ exit: 3, outcome: "not verifiable" });
  expect(markOf(world, "suspect")).toBeNull();
});

test("shares go on where the last host stopped, night after night, and other shares begin anew", async () => {
  const world = begin();
  await night(world);
  const began = new Date(world.now).toISOString();
  const share = { count: 2, of: 5 };
  const seen: unknown[] = [];
  for (const host of ["bk1", "bk2", "bk3"]) {
    const { images } = await verify(world, share, { host });
    seen.push([images[0]?.how, (markOf(world, "verified") as { turn?: { next: number } }).turn?.next]);
    await night(world);
  }
  expect(seen).toEqual([
    ["2/5", 2],
    ["2/5", 4],
    ["1/5", undefined],
  ]);
  expect(markOf(world, "verified")).toMatchObject({ whole: began, last: { how: "sent" } });
  await verify(world, share);
  await verify(world, { count: 1, of: 3 });
  expect(markOf(world, "verified")).toMatchObject({ whole: began, turn: { of: 3, next: 1 } });
  await verify(world, { count: 3, of: 3 });
  expect(markOf(world, "verified")).toMatchObject({ last: { how: "2/3" } });
});

test("what was proved of snapshots that are gone is forgotten", async () => {
  const world = begin(1);
  for (let count = 0; count < 8; count += 1) await night(world);
  const names = Object.keys(markOf(world, "proofs") as object);
  expect(names.length).toBeLessThanOrEqual(world.backup.points(TARGET).length + 1);
  expect(names).toContain(world.backup.points(TARGET).at(-1));
});

test("a share that differs is no progress, and the difference is found again", async () => {
  const world = begin();
  await night(world);
  damageNewest(world);
  for (let count = 0; count < 2; count += 1) {
    const { exit, images } = await verify(world, { count: 1, of: 2 });
    expect({ exit, outcome: images[0]?.outcome }).toEqual({ exit: 13, outcome: "different" });
  }
  expect(markOf(world, "suspect")).toMatchObject({ how: "1/2", snapshot: world.backup.points(TARGET)[0] });
  expect((markOf(world, "verified") as { turn?: unknown }).turn).toBeUndefined();
});

test("what another host holds is left to it; what is stopped is said", async () => {
  const world = begin(3, "other");
  await night(world);
  const free = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  world.before = (call) => {
    if (call !== "compare disk") return undefined;
    reached.resolve();
    return free.promise;
  };
  const slow = verify(world, "full", { image: "disk", host: "bk2" });
  await reached.promise;
  world.before = undefined;
  const { exit, images } = await verify(world, "full");
  expect({ exit, found: images.map(({ outcome }) => outcome) }).toEqual({ exit: 0, found: ["held", "same"] });
  expect((await verify(world, "full", { image: "disk" })).exit).toBe(11);
  free.resolve();
  expect((await slow).exit).toBe(0);

  const stopped = await verify(world, "full", { signal: AbortSignal.abort() });
  expect({ exit: stopped.exit, found: stopped.images.map(({ outcome }) => outcome) }).toEqual({
    exit: 130,
    found: ["interrupted", "interrupted"],
  });
});

test("a hold that another host set before the lease was taken stays in the tables", async () => {
  const world = begin();
  await night(world);
  const objects = meanwhile(world.objects, async () => {
    world.now += 1000;
    await holdImage(world.host("bk2"), { image: "disk", reason: "audit" });
    world.now += 1000;
  });
  const { images } = await verifyImages(world.host("bk1", { objects }), { manner: "full" });
  expect(images[0]).toMatchObject({ outcome: "same" });
  const listed = await listImages(world.host("bk3"));
  expect(listed[0]).toMatchObject({ hold: { reason: "audit", by: "bk2" }, verified: { how: "full" } });
});

describe("a verification that is killed", () => {
  interface Row {
    readonly what: string;
    /** Calls, each after the one before; at the last the host hears nothing any more. */
    readonly until: readonly string[];
    readonly suspect: boolean;
  }
  const TABLE: readonly Row[] = [
    { what: "right before it writes the mark", until: [`backup setMetadata ${TARGET}`], suspect: false },
    {
      what: "when all is compared, before the index knows",
      until: ["compare other", "backup append backurne.index"],
      suspect: true,
    },
    { what: "while it compares another image", until: ["compare other"], suspect: true },
  ];
  test.each(TABLE)("$what: tables and check say what the image says", async ({ until, suspect }) => {
    const world = begin(3, "other");
    await night(world);
    damageNewest(world);
    const ahead = [...until];
    const reached = Promise.withResolvers<void>();
    world.before = (call) => {
      if (call === ahead[0]) ahead.shift();
      if (ahead.length > 0) return undefined;
      reached.resolve();
      return new Promise(() => {});
    };
    const { settings } = world.host("bk1");
    void verifyImages(world.host("bk1", { settings: { ...settings, backupWorker: 1 } }), { manner: "full" });
    await reached.promise;
    world.before = undefined;
    expect(markOf(world, "suspect") !== null).toBe(suspect);
    const [listed] = await listImages(world.host("bk2"));
    expect(listed?.suspect !== undefined).toBe(suspect);
    const { problems } = await precheck(world.host("bk2"));
    expect(problems.map(({ kind }) => kind)).toEqual(suspect ? ["suspect"] : []);
    // And whoever finds it again, when the leases have expired.
    world.now += 120_000;
    expect((await verify(world, "full", { host: "bk2" })).exit).toBe(13);
    expect((await listImages(world.host("bk3")))[0]?.suspect).toMatch(/^a verification failed/);
  });

  test("an index that cannot be written keeps no mark from the image", async () => {
    const world = begin();
    await night(world);
    damageNewest(world);
    world.before = (call) =>
      call === "backup append backurne.index" ? Promise.reject(new Error("no index today")) : undefined;
    const { exit, failures } = await verify(world, "full");
    expect({ exit, failures }).toEqual({
      exit: 13,
      failures: [{ about: "the backup pool", message: "its index could not be written: no index today" }],
    });
    expect(markOf(world, "suspect")).toMatchObject({ how: "full" });
  });
});
