import { forgetImage, listImages, precheck } from "@backurne/engine";
import { expect, test } from "vitest";
import { backUp, DAY, guest, openWorld, profile, type World } from "../src/index.ts";

// An image that was backed up stands, and is no disk of any guest: it is not gone.

const CHECK = { afterBackup: false };

/** `web` has two disks, and there is another guest. */
async function begin() {
  const web = guest(100, "web", ["scsi0", "scsi1"]);
  const other = guest(101, "other");
  const guests = [web, other];
  const world = openWorld({ profiles: [profile({ count: 2 })], proxmox: { px1: guests } });
  for (let night = 0; night < 3; night += 1) await nextNight(world);
  return { world, web, guests };
}

async function nextNight(world: World) {
  const { report } = await backUp(world.host("bk1"));
  expect(report).toMatchObject({ exit: 0, failures: [], warnings: [] });
  world.now += DAY;
  return report;
}

async function checked(world: World): Promise<readonly string[]> {
  const house = world.host("bk1");
  const { problems } = await precheck({ ...house, settings: { ...house.settings, check: CHECK } });
  return problems.map(({ kind, severity, about }) => `${severity} ${kind} ${about}`);
}

const pointsOf = (world: World, disk: string) =>
  world.backup.points([...world.backup.images.keys()].find((image) => image.includes(`;${disk};`)) ?? "");

test("a disk that is detached for months keeps its backups, and goes on from there when it is back", async () => {
  const { world, web } = await begin();
  const standing = pointsOf(world, "scsi1");
  Object.assign(web, { disks: ["scsi0"], detached: ["scsi1"] });
  for (let night = 0; night < 100; night += 1) {
    expect(await nextNight(world)).toMatchObject({ totals: { done: 2, trashed: 0 } });
    if (night > 3) expect(await checked(world)).toEqual(["info leftover px1/web/scsi1"]);
    else await checked(world);
  }
  expect(pointsOf(world, "scsi1")).toEqual(standing);
  const listed = await listImages(world.host("bk1"));
  const because = "vm-100-scsi1 stands in pool px1 of px1, detached: unused0";
  expect(listed.find(({ disk }) => disk === "scsi1")).toMatchObject({ state: "switched off", because });
  Object.assign(web, { disks: ["scsi0", "scsi1"], detached: [] });
  expect(await nextNight(world)).toMatchObject({ totals: { incremental: 3, full: 0 } });
});

test("when its image is removed, it is gone", async () => {
  const { world, web } = await begin();
  Object.assign(web, { disks: ["scsi0"], detached: ["scsi1"] });
  for (let night = 0; night < 5; night += 1) await nextNight(world);
  web.detached = [];
  world.live("px1").images.delete("vm-100-scsi1");
  for (let night = 0; night < 60; night += 1) await nextNight(world);
  expect(pointsOf(world, "scsi1")).toEqual([]);
});

test("a guest that the API does not show any more, though its images stand, is a warning after two days", async () => {
  const { world, guests } = await begin();
  const [lost] = guests.splice(0, 1);
  expect(await checked(world)).toEqual([]);
  for (let night = 0; night < 60; night += 1) await nextNight(world);
  expect(await checked(world)).toEqual([
    "warning unowned px1/web/scsi0",
    "warning unowned px1/web/scsi1",
    "info leftover px1/web/scsi0",
    "info leftover px1/web/scsi1",
  ]);
  expect(pointsOf(world, "scsi0")).not.toEqual([]);
  // Who knows that nobody wants it says so; who may see it again backs it up.
  expect(await forgetImage(world.host("bk1"), "px1/web/scsi1")).toMatchObject({ kind: "forgotten" });
  guests.push(lost!);
  expect(await nextNight(world)).toMatchObject({ totals: { incremental: 2, full: 1 } });
  expect(await checked(world)).toEqual([]);
});

test("a disk that was given to another guest is that guest's", async () => {
  const { world, web, guests } = await begin();
  const { images } = world.live("px1");
  const moved = images.get("vm-100-scsi1")!;
  images.delete("vm-100-scsi1");
  images.set("vm-101-scsi1", moved);
  web.disks = ["scsi0"];
  guests[1]!.disks = ["scsi0", "scsi1"];
  for (let night = 0; night < 60; night += 1) await nextNight(world);
  expect((await listImages(world.host("bk1"))).map(({ guest: of, disk }) => `${of}/${disk}`)).toEqual([
    "other/scsi0",
    "other/scsi1",
    "web/scsi0",
  ]);
});

test("a cluster that left the configuration is a line, and no more than that", async () => {
  const world = openWorld({ profiles: [profile()], plain: ["alpha", "beta"] });
  for (const image of ["a", "b"]) world.live("beta").add(image);
  world.live("alpha").add("c");
  await backUp(world.host("bk1"));
  const house = world.host("bk1");
  const clusters = house.clusters.filter(({ settings }) => settings.name === "alpha");
  const liveClusters = clusters.map(({ settings }) => settings);
  world.now += DAY / 2;
  const { problems } = await precheck({ ...house, clusters, settings: { ...house.settings, liveClusters } });
  const message = expect.stringMatching(/^2 images in the backup pool, of a cluster that is not in the configuration/);
  expect(problems).toMatchObject([{ kind: "unconfigured", severity: "info", about: "beta", message }]);
});

test("most of a cluster that nobody may see any more fails the runs of a week, and no longer", async () => {
  const guests = ["a", "b", "c", "d", "e", "f"].map((name, index) => guest(100 + index, name));
  const world = openWorld({ profiles: [profile({ count: 2 })], proxmox: { px1: guests } });
  for (let night = 0; night < 3; night += 1) await nextNight(world);
  guests.splice(0, 5);
  const exits: number[] = [];
  for (let night = 0; night < 20; night += 1) {
    const { report } = await backUp(world.host("bk1"));
    exits.push(report.exit);
    world.now += DAY;
  }
  const failed = exits.lastIndexOf(3) + 1;
  expect([exits[0], failed > 3 && failed < 9, exits.slice(failed).every((exit) => exit === 0)]).toEqual([
    3,
    true,
    true,
  ]);
  expect(pointsOf(world, "scsi0")).not.toEqual([]);
});

test("an image that a guest of another cluster has is not unowned here, where both were looked at", async () => {
  const guests = [guest(100, "web"), guest(101, "other")];
  const world = openWorld({ profiles: [profile({ count: 2 })], proxmox: { px1: guests, px2: [guest(200, "moved")] } });
  for (let night = 0; night < 3; night += 1) await nextNight(world);
  const house = world.host("bk1");
  const [px1] = house.clusters;
  const source = (await px1!.cluster.inventory()).guests[0]!.disks[0]!.source;
  guests.splice(0, 1);
  // Both clusters keep their disks in one pool.
  const clusters = house.clusters.map((one) => {
    const inventory = async () => {
      const found = await one.cluster.inventory();
      const share = <T extends { readonly source: object }>(disk: T): T => ({ ...disk, source });
      return { ...found, guests: found.guests.map((each) => ({ ...each, disks: each.disks.map(share) })) };
    };
    return one.settings.name === "px2" ? { ...one, cluster: { ...one.cluster, inventory } } : one;
  });
  const stateOf = async (sight: typeof house.clusters) =>
    (await listImages({ ...house, clusters: sight })).find((one) => one.guest === "web")?.state;
  expect([await stateOf(clusters), await stateOf(house.clusters)]).toEqual(["unlistable", "switched off"]);
});
