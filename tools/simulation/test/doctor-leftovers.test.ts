import { examine, mend, restoreImage, type House } from "@backurne/engine";
import { MAPPING, type Finding, type Fix } from "@backurne/model";
import { describe, expect, test } from "vitest";
import { backUp, DAY, openWorld, profile, type World } from "../src/index.ts";

const TO = "alpha/alpha/back";

async function leftovers(house: House): Promise<readonly Finding[]> {
  const { findings } = await examine(house);
  return findings.filter(({ probe }) => probe === "leftovers");
}

describe("an image of a restore that died", () => {
  const temporaryOf = (world: World, cluster = "alpha"): string => {
    const pool = cluster === "backup" ? world.backup : world.live(cluster);
    return [...pool.images.keys()].find((name) => name.startsWith("restoring-")) ?? "";
  };

  async function open(): Promise<{ world: World; house: House }> {
    const world = openWorld({ profiles: [profile()] });
    world.live("alpha").add("disk");
    const house = world.host("bk1");
    expect((await backUp(house)).report.exit).toBe(0);
    return { world, house };
  }

  /** Neither what arrived can be compared nor the image be taken away again: as if it had been killed. */
  async function die(world: World, house: House, to: string): Promise<void> {
    world.before = (call) => {
      if (/^digest restoring-|^\w+ remove restoring-/.test(call)) throw new Error("dead");
    };
    await expect(restoreImage(house, { image: "disk", snapshot: "latest", to })).rejects.toThrow("dead");
    world.before = undefined;
  }

  test.each([
    ["a live pool", TO, "alpha"],
    ["the backup pool", "backup/backup/look", "backup"],
  ])("in %s is found, and removed", async (_, to, cluster) => {
    const { world, house } = await open();
    await die(world, house, to);
    const image = temporaryOf(world, cluster);
    const fix: Fix = { kind: "remove unfinished", image, to };
    expect(await leftovers(world.host("bk2"))).toMatchObject([
      {
        severity: "warning",
        about: `${cluster}/${cluster}/${image}`,
        what: expect.stringMatching(
          /^a restore of alpha;disk;None that died on bk1 left it; it was to become (back|look)$/,
        ),
        fix,
      },
    ]);
    expect(await mend(world.host("bk2"), fix)).toEqual({ fix, outcome: "done" });
    expect(temporaryOf(world, cluster)).toBe("");
    expect(await leftovers(house)).toEqual([]);
    expect(await mend(house, fix)).toMatchObject({ outcome: "left alone", because: "it has just gone" });
  });

  test("of one that is under way is none, and nobody may take it away", async () => {
    const { world, house } = await open();
    const seen: unknown[] = [];
    world.before = async (call) => {
      if (!call.startsWith("digest restoring-")) return;
      world.before = undefined;
      seen.push(await leftovers(world.host("bk2")));
      const fix: Fix = { kind: "remove unfinished", image: temporaryOf(world), to: TO };
      seen.push(await mend(world.host("bk2"), fix));
    };
    await restoreImage(house, { image: "disk", snapshot: "latest", to: TO });
    expect(seen).toMatchObject([[], { outcome: "left alone", because: "somebody holds its lease" }]);
    expect(world.live("alpha").images.has("back")).toBe(true);
  });

  test("of another installation is left to it", async () => {
    const { world, house } = await open();
    await die(world, house, TO);
    const other = { ...house.settings, backup: { pool: "backup", namespace: "theirs" } };
    const found = await leftovers({ ...house, settings: other });
    expect(found).toMatchObject([{ severity: "info", what: expect.stringMatching(/; not by this configuration$/) }]);
    expect(found[0]).not.toHaveProperty("fix");
    const fix: Fix = { kind: "remove unfinished", image: temporaryOf(world), to: TO };
    expect(await mend({ ...house, settings: other }, fix)).toMatchObject({ because: "no restore of ours left it" });
    expect(await mend(house, { ...fix, image: "disk" })).toMatchObject({ because: "no restore of ours left it" });
    expect(temporaryOf(world)).toBe(fix.image);
  });

  test("is left alone while something has it open", async () => {
    const { world, house } = await open();
    await die(world, house, TO);
    const fix: Fix = { kind: "remove unfinished", image: temporaryOf(world), to: TO };
    Object.assign(world.live("alpha").rbd, { watched: async () => true });
    const found = await leftovers(house);
    expect(found).toMatchObject([{ what: expect.stringMatching(/something still has it open$/) }]);
    expect(found[0]).not.toHaveProperty("fix");
    expect(await mend(house, fix)).toMatchObject({ outcome: "left alone", because: "somebody has it open" });
  });
});

describe("a lease", () => {
  async function open(): Promise<{ world: World; house: House; without: House }> {
    const world = openWorld({ profiles: [profile()], plain: ["alpha", "beta"] });
    for (const cluster of ["alpha", "beta"]) world.live(cluster).add("disk");
    const house = world.host("bk1");
    expect((await backUp(house)).report.exit).toBe(0);
    const clusters = house.clusters.filter(({ settings }) => settings.name === "alpha");
    const liveClusters = clusters.map(({ settings }) => settings);
    return { world, house, without: { ...house, clusters, settings: { ...house.settings, liveClusters } } };
  }

  /** A run of another host dies while it transfers that disk; what it held expires. */
  async function die(world: World, cluster: string): Promise<void> {
    const never = new Promise<never>(() => undefined);
    const reached = Promise.withResolvers<void>();
    world.before = (call) => {
      if (!call.startsWith("transfer")) return;
      reached.resolve();
      return never;
    };
    world.now += DAY;
    void backUp(world.host("dead"), { cluster });
    await reached.promise;
    world.before = undefined;
  }

  test("of a cluster that is not in the configuration: held it is another installation's, then it is given back", async () => {
    const { world, house, without } = await open();
    await die(world, "beta");
    expect(await leftovers(without)).toMatchObject([
      {
        severity: "warning",
        about: "beta;disk",
        what: expect.stringMatching(/^its cluster is not .*, and dead run \S+ works on it$/),
      },
    ]);
    const fix: Fix = { kind: "give back lease", resource: "beta;disk" };
    expect(await mend(without, fix)).toMatchObject({ outcome: "left alone", because: "somebody holds its lease" });

    world.now += DAY;
    const found = (await leftovers(without)).filter((one) => one.fix);
    expect(found).toMatchObject([{ severity: "info", about: "beta;disk", fix }]);
    expect((await leftovers(house)).filter((one) => one.fix)).toEqual([]); // here the next run takes it over
    expect(await mend(without, fix)).toEqual({ fix, outcome: "done" });
    expect((await leftovers(without)).filter((one) => one.fix)).toEqual([]);
  });

  test("of a chain that is gone is given back", async () => {
    const { world, house } = await open();
    await die(world, "beta");
    world.live("beta").images.delete("disk");
    world.live("beta").add("other");
    world.backup.images.delete("beta;disk;None");
    world.now += DAY;
    const fix: Fix = { kind: "give back lease", resource: "beta;disk" };
    const found = (await leftovers(house)).filter((one) => one.fix);
    expect(found).toMatchObject([{ what: expect.stringMatching(/the chain is not here any more$/), fix }]);
    expect(await mend(house, fix)).toEqual({ fix, outcome: "done" });
    expect((await leftovers(house)).filter((one) => one.fix)).toEqual([]);
  });
});

test("a clone that map is about to open is left to it, as long as that may take", async () => {
  const world = openWorld({ profiles: [profile()] });
  const house = world.host("bk1");
  const image = "restore-bk1-one";
  await house.backup.create(image, { size: 4096 });
  const mark = {
    id: "m1",
    image: "alpha;disk;None",
    snapshot: "s",
    host: "bk1",
    since: new Date(world.now).toISOString(),
  };
  await house.backup.setMetadata(image, MAPPING, JSON.stringify(mark));
  const fix: Fix = { kind: "remove image", image };
  expect(await mend(house, fix)).toEqual({ fix, outcome: "left alone", because: "it is being opened just now" });
  world.now += 11 * 60_000;
  expect(await mend(house, fix)).toEqual({ fix, outcome: "done" });
  expect(world.backup.images.has(image)).toBe(false);
});
