import { emptyTrash, forgetImage, holdImage, listImages, listTrash, restoreTrashed } from "@backurne/engine";
import type { Settings } from "@backurne/model";
import { describe, expect, test } from "vitest";
import { at, backUp, DAY, failing, meanwhile, openWorld, profile, type World } from "../src/index.ts";

const TARGET = "alpha;disk;None";

function begin(): World {
  const world = openWorld({ profiles: [profile({ count: 2 })] });
  for (const image of ["disk", "other"]) world.live("alpha").add(image);
  return world;
}

async function nights(world: World, count: number): Promise<void> {
  for (let night = 0; night < count; night += 1) {
    const { report } = await backUp(world.host("bk1"));
    expect(report).toMatchObject({ exit: 0, failures: [], refused: [] });
    world.now += DAY;
  }
}

/** Gone for good, and its last copy is in the trash since just now. */
async function vanish(world: World) {
  await nights(world, 3);
  const { images } = world.live("alpha");
  const disk = images.get("disk");
  images.delete("disk");
  while (world.backup.images.has(TARGET)) await nights(world, 1);
  return () => void (disk && images.set("disk", disk));
}

/** Every disk whose name begins with `disk` is left out from now on. */
function excluding(world: World): { readonly settings: Settings; readonly clusters: never } {
  const house = world.host("bk1");
  const rules = [{ path: "exclude[0]", match: { name: "disk" }, effect: "exclude" }] as const;
  const changed = house.clusters.map((one) => ({ ...one, settings: { ...one.settings, rules } }));
  const settings = { ...house.settings, liveClusters: changed.map((one) => one.settings) };
  return { settings, clusters: changed as never };
}

describe("an image in the trash", () => {
  test("is listed until its time is over; then the next run removes it", async () => {
    const world = begin();
    await vanish(world);
    const [listed, ...others] = await listTrash(world.host("bk2"));
    expect(others).toEqual([]);
    expect(listed).toMatchObject({ image: TARGET, reference: "alpha/disk" });
    expect(listed?.because).toMatch(/last copy/);
    const ends = Date.parse(listed?.ends ?? "");
    while (world.now < ends) {
      expect(await listTrash(world.host("bk2"))).toHaveLength(1);
      await nights(world, 1);
    }
    expect(world.calls.filter((call) => call.startsWith("backup trash remove"))).toEqual([]);
    const { events } = await backUp(world.host("bk1"));
    expect(events.filter(({ kind }) => kind === "purged")).toMatchObject([{ image: TARGET, id: listed?.id }]);
    expect(await listTrash(world.host("bk2"))).toEqual([]);
  });

  test("is not put there while its last snapshot is protected, as map does with what it opens", async () => {
    const world = begin();
    await nights(world, 3);
    world.live("alpha").images.delete("disk");
    while (world.backup.points(TARGET).length > 1) await nights(world, 1);
    const { snapshots } = world.backup.images.get(TARGET)!;
    const [name = "", last] = [...snapshots][0] ?? [];
    snapshots.set(name, { ...last!, protected: true });
    await nights(world, 60);
    expect(world.backup.points(TARGET)).toEqual([name]);
    const { report } = await backUp(world.host("bk1"));
    expect(report.warnings).toMatchObject([
      { about: TARGET, message: expect.stringContaining(`${name} is protected`) },
    ]);
    snapshots.set(name, last!);
    await nights(world, 1);
    expect(await listTrash(world.host("bk1"))).toHaveLength(1);
  });

  test("comes back with its snapshots, is held, and is continued when its source is back", async () => {
    const world = begin();
    const reappear = await vanish(world);
    const restored = await restoreTrashed(world.host("bk1"), "disk");
    expect(restored).toMatchObject({ reference: "alpha/disk", image: TARGET, points: 1 });
    expect(restored.hold).toMatchObject({ reason: "restored from the trash", by: "bk1" });
    expect(world.backup.images.get(TARGET)?.metadata.has("backurne.trashed")).toBe(false);
    expect(await listTrash(world.host("bk1"))).toEqual([]);
    expect((await listImages(world.host("bk2")))[0]).toMatchObject({ hold: { reason: "restored from the trash" } });
    await nights(world, 2);
    expect(world.backup.points(TARGET)).toHaveLength(1);
    reappear();
    const { report } = await backUp(world.host("bk1"));
    expect(report.jobs.find(({ subject }) => subject.disk === "disk")).toMatchObject({ mode: "incremental" });
  });

  test("comes back as an old generation where its disk has a new chain", async () => {
    const world = begin();
    await vanish(world);
    world.live("alpha").add("disk");
    await nights(world, 1);
    const restored = await restoreTrashed(world.host("bk1"), TARGET);
    expect(restored.image).toMatch(/^closed-.*;alpha;disk;None$/);
    expect(restored.hold).toBeDefined();
    await nights(world, 3);
    expect(world.backup.images.has(restored.image)).toBe(true);
    expect(world.backup.points(TARGET).length).toBeGreaterThanOrEqual(2);
  });

  test("is not touched while another run holds its chain", async () => {
    const world = begin();
    await vanish(world);
    const [{ id = "" } = {}] = await listTrash(world.host("bk1"));
    const asked: unknown[] = [];
    let done = false;
    world.before = (call) => {
      if (done || call !== `backup trash remove ${id}`) return undefined;
      done = true;
      return restoreTrashed(world.host("bk2"), "disk").catch(
        (error: unknown) => void asked.push(error),
      ) as Promise<void>;
    };
    const emptied = await emptyTrash(world.host("bk1"), { all: true });
    expect(asked).toMatchObject([{ code: "held" }]);
    expect(emptied.removed).toMatchObject([{ id }]);
  });

  test("that is brought back by another host meanwhile is not emptied", async () => {
    const world = begin();
    await vanish(world);
    const restore = () => restoreTrashed(world.host("bk2"), "disk");
    const emptied = await emptyTrash(world.host("bk1", { objects: meanwhile(world.objects, restore) }), { all: true });
    expect(emptied).toMatchObject({ removed: [], stay: [{ why: "it has just been brought back" }] });
    expect(world.backup.points(TARGET)).toHaveLength(1);
  });

  test("with clones stays, and the run says so", async () => {
    const world = begin();
    await vanish(world);
    world.now += 8 * DAY;
    const trash = { ...world.backup.trashcan, cloned: async () => true };
    const { report } = await backUp(world.host("bk1", { trash }));
    expect(report.warnings).toEqual([{ about: TARGET, message: "stays in the trash: it has clones" }]);
    expect(await listTrash(world.host("bk1"))).toHaveLength(1);
  });

  test("is not emptied by a filtered run, nor by one that is to remove nothing", async () => {
    const world = begin();
    await vanish(world);
    world.now += 8 * DAY;
    await backUp(world.host("bk1"), { cluster: "alpha" });
    await backUp(world.host("bk1"), { cleanup: "none" });
    expect(await listTrash(world.host("bk1"))).toHaveLength(1);
  });

  test("that cannot be listed fails the run, and no backup of it", async () => {
    const world = begin();
    await nights(world, 1);
    world.before = failing("backup trash list");
    const { report } = await backUp(world.host("bk1"));
    expect(report).toMatchObject({ totals: { done: 2, failed: 0 }, failures: [{ about: "the trash" }] });
  });
});

describe("what others put into the trash", () => {
  test("is neither listed, restored nor emptied, whatever its name and its marks", async () => {
    const world = begin();
    await vanish(world);
    await restoreTrashed(world.host("bk1"), "disk");
    // By hand, without a mark of ours; and one that we once put there, days after it was brought back.
    world.backup.add("alpha;foreign;None");
    await world.backup.rbd.trash("alpha;foreign;None", 0);
    const at8 = new Date(world.now - 8 * DAY).toISOString();
    const mark = { at: at8, because: "x", of: "alpha;disk", reference: "alpha/disk" };
    await world.backup.rbd.setMetadata(TARGET, "backurne.trashed", JSON.stringify(mark));
    await world.backup.rbd.trash(TARGET, 0);
    expect(await listTrash(world.host("bk1"))).toEqual([]);
    await expect(restoreTrashed(world.host("bk1"), "disk")).rejects.toMatchObject({ code: "not-found" });
    expect(await emptyTrash(world.host("bk1"), { all: true })).toMatchObject({ removed: [], stay: [] });
    await nights(world, 10);
    expect(await world.backup.trashcan.list()).toHaveLength(2);
  });
});

describe("forget", () => {
  test("puts an excluded image into the trash, from where it comes back as it was", async () => {
    const world = begin();
    await nights(world, 3);
    const points = world.backup.points(TARGET);
    const house = world.host("bk1", excluding(world));
    const forgotten = await forgetImage(house, "alpha/disk");
    expect(forgotten).toMatchObject({ image: TARGET, points: points.length, live: world.live("alpha").points("disk") });
    expect(Date.parse(forgotten.ends)).toBe(world.now + 7 * DAY);
    expect(world.backup.images.has(TARGET)).toBe(false);
    expect(await listTrash(house)).toMatchObject([{ because: expect.stringMatching(/^forgotten: exclude/) }]);
    // It stands still by itself there: nothing has to hold it.
    expect((await restoreTrashed(house, "disk")).hold).toBeUndefined();
    expect(world.backup.points(TARGET)).toEqual(points);
  });

  test("refuses what is backed up, what is not known to be gone, and what is held", async () => {
    const world = begin();
    await nights(world, 2);
    const refused = { code: "refused" };
    await expect(forgetImage(world.host("bk1"), "disk")).rejects.toMatchObject(refused);
    const house = world.host("bk1", excluding(world));
    await holdImage(house, { image: "disk", snapshot: "latest", reason: "audit" });
    await expect(forgetImage(house, "disk")).rejects.toThrow("hold without end (audit)");
    world.live("alpha").images.delete("disk");
    await expect(forgetImage(world.host("bk1"), "disk")).rejects.toThrow("not known to be gone");
    expect(world.backup.points(TARGET)).toHaveLength(2);
    expect(world.backup.trash).toEqual([]);
  });

  test("honours a hold that another host sets meanwhile", async () => {
    const world = begin();
    await nights(world, 2);
    const hold = () => holdImage(world.host("bk2"), { image: "disk" });
    const house = world.host("bk1", { ...excluding(world), objects: meanwhile(world.objects, hold) });
    await expect(forgetImage(house, "disk")).rejects.toThrow("hold of the whole image");
    expect(world.backup.trash).toEqual([]);
  });

  test("and trash empty do nothing by a wrong clock", async () => {
    const world = begin();
    await vanish(world);
    const house = world.host("bk1", { now: () => world.now + 30 * DAY });
    await expect(forgetImage(house, "other")).rejects.toThrow("clock");
    await expect(emptyTrash(house, {})).rejects.toThrow("clock");
    expect(await listTrash(world.host("bk1"))).toHaveLength(1);
  });

  test("that dies between its mark and the trash leaves the chain as it was", async () => {
    const world = begin();
    await nights(world, 2);
    const house = world.host("bk1", excluding(world));
    world.before = failing(`backup trash ${TARGET}`);
    await expect(forgetImage(house, "disk")).rejects.toThrow("it was to fail");
    world.before = at("nothing", () => {});
    await nights(world, 1);
    expect(world.backup.points(TARGET).length).toBeGreaterThanOrEqual(2);
    expect(await listTrash(house)).toEqual([]);
  });
});
