import { holdImage, listImages, verifyImages, type House } from "@backurne/engine";
import { expect, test } from "vitest";
import { backUp, meanwhile, openWorld, profile, type World } from "../src/index.ts";

// The index is a copy of all marks in one object, to which every host appends.

const INDEX = "backurne.index";
const TARGET = "alpha;disk;None";

async function begin(...images: readonly string[]): Promise<World> {
  const world = openWorld({ profiles: [profile()] });
  for (const image of images) world.live("alpha").add(image);
  await backUp(world.host("bk1"));
  return world;
}

const linesOf = async ({ objects }: World): Promise<readonly string[]> =>
  ((await objects.read(INDEX)) ?? "").trimEnd().split("\n");

/** So many lines that the next host to append writes it anew. */
async function lengthen(world: World, line: object): Promise<void> {
  await world.objects.append(INDEX, `${JSON.stringify(line)}\n`.repeat(1100));
}

function damage({ backup }: World): void {
  const { snapshots } = backup.images.get(TARGET)!;
  const [name, snapshot] = [...snapshots].at(-1)!;
  snapshots.set(name, { ...snapshot, content: "damaged" });
}

const GONE = { id: "gone", marks: {}, at: 1 };

/** Begins, and has looked when this returns; goes on, and ends, when it is told to. */
async function early(world: World, work: (house: House) => Promise<unknown>): Promise<() => Promise<unknown>> {
  const looked = Promise.withResolvers<void>();
  const mayGoOn = Promise.withResolvers<void>();
  const objects = meanwhile(world.objects, () => {
    looked.resolve();
    return mayGoOn.promise;
  });
  const done = work(world.host("bk1", { objects }));
  await looked.promise;
  return () => {
    mayGoOn.resolve();
    return done;
  };
}

test("whoever writes it anew keeps what other hosts have appended since it looked", async () => {
  const world = await begin("disk", "other");
  damage(world);
  const verify = await early(world, (house) => verifyImages(house, { image: "disk", manner: "full" }));
  world.live("alpha").add("new");
  const run = await early(world, (house) => backUp(house));
  await lengthen(world, GONE);
  const objects = meanwhile(world.objects, async () => {
    world.now += 1000;
    await Promise.all([verify(), run()]);
    world.now += 1000;
  });
  await holdImage(world.host("bk2", { objects }), { image: "other", reason: "audit" });
  const lines = await linesOf(world);
  expect(lines).toHaveLength(3);
  expect(lines.join()).not.toContain('"gone"');
  world.calls.length = 0;
  const listed = await listImages(world.host("bk3"));
  expect(listed.map(({ disk, suspect, hold }) => [disk, suspect !== undefined, hold?.reason])).toEqual([
    ["disk", true, undefined],
    ["new", false, undefined],
    ["other", false, "audit"],
  ]);
  expect(world.calls.filter((call) => call.startsWith("backup metadata "))).toEqual([]); // it knows all of them
});

test("where another host has just written it anew, a line is appended", async () => {
  const world = await begin("disk", "other");
  await lengthen(world, GONE);
  const objects = meanwhile(world.objects, () => holdImage(world.host("bk1"), { image: "disk" }));
  await holdImage(world.host("bk2", { objects }), { image: "other" });
  expect(await linesOf(world)).toHaveLength(3);
  const listed = await listImages(world.host("bk3"));
  expect(listed.map(({ hold }) => hold?.by).sort()).toEqual(["bk1", "bk2"]);
});

test("a mark that came while another host asked the image is in the tables, though its writer is killed", async () => {
  const world = await begin("disk", "other", "third");
  damage(world);
  const asked = Promise.withResolvers<void>();
  const mayWrite = Promise.withResolvers<void>();
  const killed = Promise.withResolvers<void>();
  world.before = (call) => {
    if (call === `backup setMetadata ${TARGET}`) {
      asked.resolve();
      return mayWrite.promise;
    }
    if (call !== "compare other") return undefined;
    killed.resolve();
    return new Promise(() => {});
  };
  world.now += 1000;
  const { settings } = world.host("bk1");
  void verifyImages(world.host("bk1", { settings: { ...settings, backupWorker: 1 } }), { manner: "full" });
  await asked.promise;
  world.now += 1000;
  const objects = meanwhile(world.objects, () => {
    world.now += 1000;
    mayWrite.resolve();
    return killed.promise;
  });
  await holdImage(world.host("bk2", { objects }), { image: "third" });
  const listed = await listImages(world.host("bk3"));
  expect(listed.find(({ disk }) => disk === "disk")?.suspect).toMatch(/^a verification failed/);
});
