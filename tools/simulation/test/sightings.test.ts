import { holdImage, LEASE_TIMES, listImages, openLeases } from "@backurne/engine";
import { parseMarks, type GoneMark, type Marks } from "@backurne/model";
import { expect, test } from "vitest";
import { backUp, DAY, failing, HOUR, openWorld, profile, type World } from "../src/index.ts";

// That a source was not seen, or is back, is written onto its image and into the index, by several hosts at once.

const TARGET = "alpha;disk;None";

/** One of two disks is gone since the last backup, and nothing is due. */
async function begin(): Promise<{ readonly world: World; readonly bringBack: () => void }> {
  const world = openWorld({ profiles: [profile()] });
  const { add, images } = world.live("alpha");
  for (const image of ["disk", "other"]) add(image);
  await backUp(world.host("bk1"));
  world.now += HOUR;
  const disk = images.get("disk")!;
  images.delete("disk");
  return { world, bringBack: () => void images.set("disk", disk) };
}

function goneOf({ backup }: World): GoneMark | undefined {
  return parseMarks(Object.fromEntries(backup.images.get(TARGET)?.metadata ?? [])).gone;
}

/** What the youngest line that is believed says of an image's base. */
async function remembered({ objects, backup }: World): Promise<readonly [image: string, base: string][]> {
  const lines = ((await objects.read("backurne.index")) ?? "").trimEnd().split("\n");
  const entries = lines.map((line) => JSON.parse(line) as { id: string; newest: string; marks: Marks });
  return [...backup.images].flatMap(([image, { id }]) => {
    const known = entries.findLast((entry) => entry.id === id);
    const isBelieved = known?.newest === backup.points(image).at(-1);
    return known && isBelieved ? [[image, known.marks.base?.name ?? "none"]] : [];
  });
}

/** Happens when somebody has looked, and is about to take a lease or to write. */
function afterTheLook(world: World, happens: () => Promise<unknown>): void {
  world.before = (call) => {
    if (!/^backup (lock backurne\.lease|setMetadata|removeMetadata)/.test(call)) return undefined;
    world.before = undefined;
    world.now += 1000;
    return happens().then(() => void (world.now += 1000));
  };
}

test.each(["gone", "back"])("a hold that is set meanwhile is not hidden in the tables: %s", async (what) => {
  const { world, bringBack } = await begin();
  if (what === "back") {
    await backUp(world.host("bk1"));
    bringBack();
  }
  afterTheLook(world, () => holdImage(world.host("bk2"), { image: "disk", reason: "audit" }));
  expect((await backUp(world.host("bk1"))).report).toMatchObject({ exit: 0, failures: [] });
  expect(goneOf(world)?.runs).toBe(what === "back" ? undefined : 1);
  const listed = await listImages(world.host("bk3"));
  expect(listed.find(({ disk }) => disk === "disk")?.hold?.reason).toBe("audit");
});

test("a chain that another run has is left to that", async () => {
  const { world } = await begin();
  const lease = await openLeases(world.objects, "bk2 run 7", LEASE_TIMES).acquire("alpha;disk");
  expect((await backUp(world.host("bk1"))).report).toMatchObject({ exit: 0, failures: [] });
  expect(goneOf(world)).toBeUndefined();
  await lease?.release();
  await backUp(world.host("bk1"));
  expect(goneOf(world)).toMatchObject({ runs: 1 });
});

test("who has looked later is believed: a disk that is back and under way as a new generation", async () => {
  const { world } = await begin();
  await backUp(world.host("bk1"));
  expect(goneOf(world)).toMatchObject({ runs: 1 });
  world.now += 2 * HOUR;
  afterTheLook(world, async () => {
    world.live("alpha").add("disk"); // made anew
    expect((await backUp(world.host("bk2"), { force: true })).report.totals).toMatchObject({ full: 1 });
  });
  expect((await backUp(world.host("bk1"))).report).toMatchObject({ exit: 0, failures: [] });
  expect(goneOf(world)).toBeUndefined();
  expect([...world.backup.images.keys()]).toHaveLength(3);
  for (const [image, base] of await remembered(world)) {
    expect(world.backup.images.get(image)?.metadata.get("backurne.base")).toContain(base);
  }
});

test("an image that cannot be written to keeps no other from being backed up", async () => {
  const { world } = await begin();
  world.now += DAY;
  world.before = failing(`backup setMetadata ${TARGET}`);
  const { report } = await backUp(world.host("bk1"));
  expect(report).toMatchObject({ totals: { incremental: 1 } });
  expect(report.failures).toMatchObject([{ about: TARGET }]);
});

test("nothing is written to an image whose marks nobody understands", async () => {
  const { world } = await begin();
  const { metadata } = world.backup.images.get(TARGET)!;
  metadata.set("backurne.base", "{");
  await world.objects.removeObject("backurne.index");
  const { report } = await backUp(world.host("bk1"));
  expect(report.failures).toMatchObject([{ about: TARGET }]);
  expect(metadata.has("backurne.gone")).toBe(false);
});

test("looks of each hour are written three times, and the last one counts", async () => {
  const { world } = await begin();
  const writes: string[] = [];
  for (let hour = 0; hour < 60; hour += 1) {
    await backUp(world.host("bk1"));
    const said = JSON.stringify(goneOf(world));
    if (writes.at(-1) !== said) writes.push(said);
    world.now += HOUR;
  }
  expect(writes).toHaveLength(3);
  expect(goneOf(world)).toMatchObject({ runs: 3 });
});
