import type { readFileSync } from "node:fs";
import { verifyImages } from "@backurne/engine";
import { MOMENTS } from "@backurne/model";
import { expect, test, vi } from "vitest";
import { backUp, DAY, guest, HOUR, openWorld, profile, type World } from "../src/index.ts";

// A host sleeps for longer than its lease lasts, and wakes up right before it writes.

const TARGET = "alpha;disk;None";
const uptime = vi.hoisted(() => ({ seconds: 0 }));

vi.mock("node:fs", async (original) => {
  const real = await original<typeof import("node:fs")>();
  const read = (...args: Parameters<typeof readFileSync>): unknown =>
    args[0] === "/proc/uptime" ? `${uptime.seconds} 0` : real.readFileSync(...args);
  return { ...real, readFileSync: read };
});

async function begin(): Promise<World> {
  const world = openWorld({ profiles: [profile()] });
  world.live("alpha").add("disk");
  await backUp(world.host("bk1"));
  return world;
}

/** Whoever makes this call next sleeps over it, and meanwhile something happens. */
function sleepAt(world: World, moment: string, meanwhile: () => Promise<unknown>): void {
  world.before = (call) => {
    if (call !== moment) return undefined;
    world.before = undefined;
    uptime.seconds += 90;
    world.now += 90_000;
    return meanwhile().then(() => undefined);
  };
}

const metadataOf = ({ backup }: World): Map<string, string> => backup.images.get(TARGET)!.metadata;

test("what another host has announced of its transfer stays", async () => {
  const world = await begin();
  // What its source is like is not known, so the live side is asked.
  const { source, ...base } = JSON.parse(metadataOf(world).get("backurne.base")!) as { source: { shape?: unknown } };
  metadataOf(world).set("backurne.base", JSON.stringify({ ...base, source: { ...source, shape: undefined } }));
  await world.objects.removeObject("backurne.index");
  world.now += DAY;
  let announced: string | undefined;
  sleepAt(world, "alpha info disk", async () => {
    expect((await backUp(world.host("bk2"))).report).toMatchObject({ exit: 0, totals: { incremental: 1 } });
    announced = metadataOf(world).get("backurne.base");
  });
  const { report } = await backUp(world.host("bk1"));
  expect(report).toMatchObject({ exit: 3, totals: { failed: 1 } });
  expect(report.jobs[0]?.failure?.message).toMatch(/^the lease was lost/);
  expect(announced).toContain(world.backup.points(TARGET).at(-1));
  expect(metadataOf(world).get("backurne.base")).toBe(announced);
});

test("no snapshot is made of a head that may be another host's by now", async () => {
  const world = openWorld({ profiles: [profile(), profile({ name: "hourly", interval: HOUR })] });
  world.live("alpha").add("disk");
  await backUp(world.host("bk1"));
  world.now += DAY;
  const [first = "", twin = ""] = world.backup.points(TARGET);
  world.backup.images.get(TARGET)?.snapshots.delete(first); // the base stands under its other name only
  expect(world.live("alpha").points("disk")).toEqual([first]);
  sleepAt(world, `backup rollback ${TARGET}`, async () => {});
  const { report } = await backUp(world.host("bk1"));
  expect(report.jobs[0]?.failure?.message).toMatch(/^the lease was lost/);
  expect(world.backup.points(TARGET)).toEqual([twin]);
  expect((await backUp(world.host("bk1"))).report).toMatchObject({ exit: 0, totals: { incremental: 1 } });
});

test("what another host has written of its moment stays", async () => {
  const world = openWorld({ profiles: [profile()], proxmox: { px1: [guest(100, "web")] } });
  await backUp(world.host("bk1"));
  world.now += DAY;
  const [image = ""] = world.backup.images.keys();
  const momentsOf = () => world.backup.images.get(image)?.metadata.get(MOMENTS);
  let written: string | undefined;
  // What stands is read here, and written back with what is new.
  let asked = 0;
  world.before = (call) => {
    if (call !== `backup metadata ${image}` || (asked += 1) !== 2) return undefined;
    world.before = undefined;
    uptime.seconds += 90;
    world.now += 90_000;
    return backUp(world.host("bk2")).then(() => void (written = momentsOf()));
  };
  const { report } = await backUp(world.host("bk1"));
  expect(report.jobs[0]?.failure?.message).toMatch(/^the lease was lost/);
  expect(written).toContain(world.backup.points(image).at(-1));
  expect(momentsOf()).toBe(written);
});

test("nothing is called suspect that may be another generation by now", async () => {
  const world = await begin();
  const { snapshots } = world.backup.images.get(TARGET)!;
  for (const [name, snapshot] of snapshots) snapshots.set(name, { ...snapshot, content: "damaged" });
  sleepAt(world, "backup append backurne.index", async () => {});
  const { images } = await verifyImages(world.host("bk1"), { manner: "full" });
  expect(images[0]).toMatchObject({ outcome: "failed", because: expect.stringMatching(/^the lease was lost/) });
  expect(metadataOf(world).has("backurne.suspect")).toBe(false);
});

test("no disk is called missing by a look that is long over", async () => {
  const world = await begin();
  world.live("alpha").add("other");
  world.live("alpha").images.delete("disk");
  sleepAt(world, `backup metadata ${TARGET}`, async () => {});
  const { report } = await backUp(world.host("bk1"));
  expect(report.failures).toMatchObject([{ about: TARGET }]);
  expect(report.failures[0]?.failure.message).toMatch(/^the lease was lost/);
  expect(metadataOf(world).has("backurne.gone")).toBe(false);
  await backUp(world.host("bk1"));
  expect(metadataOf(world).has("backurne.gone")).toBe(true);
});
