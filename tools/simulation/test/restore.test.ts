import { restoreImage, type House, type RestoreOptions, type RestoreRequest } from "@backurne/engine";
import type { Restoration, RestoreEvent } from "@backurne/model";
import { describe, expect, test } from "vitest";
import { backUp, guest, HOUR, openWorld, profile, type World, type WorldOptions } from "../src/index.ts";

const PLAIN: RestoreRequest = { image: "alpha/disk", snapshot: "latest", to: "alpha/alpha/back" };

interface Scene {
  readonly world: World;
  readonly house: House;
  restore(request?: Partial<RestoreRequest>, options?: RestoreOptions): Promise<Restoration>;
}

/** One disk with a backup. */
async function open(options: WorldOptions = {}, base: RestoreRequest = PLAIN): Promise<Scene> {
  const world = openWorld({ profiles: [profile()], ...options });
  if (!options.proxmox) {
    world.live("alpha").add("disk");
    (world.live("alpha").images.get("disk") as { head: string }).head = "content";
  }
  const house = world.host("one");
  expect((await backUp(house)).report.exit).toBe(0);
  return { world, house, restore: (request, more) => restoreImage(house, { ...base, ...request }, more) };
}

function standing(world: World): readonly string[] {
  return [...world.live("alpha").images.keys()].sort();
}

/** Happens right before the first call of that kind. */
function once(world: World, call: RegExp, happens: () => unknown): void {
  world.before = async (seen) => {
    if (!call.test(seen)) return;
    world.before = undefined;
    await happens();
  };
}

describe("a place", () => {
  test.each([
    ["alpha/disk", /no place/],
    ["alpha/pool/ns/image/more", /no place/],
    ["alpha//image", /no place/],
    ["/pool/image", /no place/],
    ["alpha/pool/", /no place/],
    ["alpha/pool/a@b", /cannot be called/],
    ["alpha/pool/restoring-00000000-0000-4000-8000-000000000000", /cannot be called/],
    ["beta/pool/image", /no cluster beta/],
    ["backup/backup/alpha;disk;None", /taken for a backup/],
    ["backup/backup/closed-1", /taken for a backup/],
    ["backup/backup/restore-1", /taken for a backup/],
  ])("that is none is a mistake in the words: %s", async (to, message) => {
    const { restore, world } = await open();
    const before = [...world.backup.images.keys()];
    await expect(restore({ to })).rejects.toMatchObject({ code: "usage", message: expect.stringMatching(message) });
    expect([...world.backup.images.keys()]).toEqual(before);
  });

  test("of the backup cluster", async () => {
    const { restore, world } = await open();
    expect(await restore({ to: "backup/backup/look" })).toMatchObject({ outcome: "restored" });
    expect(world.backup.images.get("look")).toMatchObject({ head: "content" });
  });
});

describe("a restore", () => {
  test("makes the image under another name, compares, and only then renames", async () => {
    const { restore, world } = await open();
    world.calls.length = 0;
    const events: RestoreEvent[] = [];
    await restore({}, { onEvent: (event) => events.push(event) });
    const made = world.calls.map((call) => call.replace(/restoring-[0-9a-f-]{36}/, "temporary"));
    const steps = ["create temporary", "transfer", "digest temporary", "removeSnapshot temporary", "rename temporary"];
    const places = steps.map((step) => made.findIndex((call) => call.includes(step)));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(world.live("alpha").images.get("back")).toMatchObject({ head: "content" });
    expect([...(world.live("alpha").images.get("back")?.metadata.keys() ?? [])]).toEqual([]);
    expect(world.live("alpha").points("back")).toEqual([]);
    expect(events.map(({ kind }) => kind)).toContain("verifying");
  });

  test("of a dry run writes nothing, and takes no lease", async () => {
    const { restore, world } = await open();
    const before = standing(world);
    world.calls.length = 0;
    const planned = await restore({}, { dryRun: true });
    expect(planned).toMatchObject({ outcome: "planned", bytes: "content".length });
    expect(standing(world)).toEqual(before);
    expect(world.calls.filter((call) => / (create|rename|set|remove|lock|write)/.test(call))).toEqual([]);
  });

  test("never goes over an image: not one that stands there, not one that appears", async () => {
    const { restore, world } = await open();
    for (const dryRun of [true, false]) {
      world.calls.length = 0;
      await expect(restore({ to: "alpha/alpha/disk" }, { dryRun })).rejects.toMatchObject({ code: "refused" });
      expect(world.calls.filter((call) => call.startsWith("alpha create"))).toEqual([]);
    }
    once(world, /^alpha rename restoring-/, () => world.live("alpha").add("back", 5));
    await expect(restore()).rejects.toMatchObject({ code: "refused" });
    expect(standing(world)).toEqual(["back", "disk"]);
    expect(world.live("alpha").images.get("back")?.size).toBe(5);
  });

  test("that arrives as something else is a difference, and leaves nothing", async () => {
    const { restore, world } = await open();
    once(world, /^digest restoring-/, () => {
      for (const [name, image] of world.live("alpha").images)
        for (const [key, snapshot] of image.snapshots)
          if (name.startsWith("restoring-")) image.snapshots.set(key, { ...snapshot, content: "other" });
    });
    await expect(restore()).rejects.toMatchObject({ code: "difference" });
    expect(standing(world)).toEqual(["disk"]);
  });

  test("says so where what it made cannot be taken away", async () => {
    const { restore, world } = await open();
    world.before = async (call) => {
      if (/^digest restoring-|^alpha remove restoring-/.test(call)) throw new Error(`no ${call.split(" ")[0]}`);
    };
    const events: RestoreEvent[] = [];
    await expect(restore({}, { onEvent: (event) => events.push(event) })).rejects.toThrow("no digest");
    const warnings = events.filter((event) => event.kind === "warning").map(({ message }) => message);
    expect(warnings.join()).toMatch(/unfinished image restoring-.* is left there: no alpha/);
    // And the next one finds it.
    world.before = undefined;
    await restore();
    expect(standing(world)).toEqual(["back", "disk"]);
  });

  test("of a point that is gone when its turn has come does not begin", async () => {
    const { restore, world } = await open();
    const image = "alpha;disk;None";
    once(world, /^alpha create restoring-/, () => {
      world.backup.images.get(image)?.snapshots.clear();
    });
    await expect(restore()).rejects.toMatchObject({ code: "not-found" });
    expect(standing(world)).toEqual(["disk"]);
  });

  test("holds the chain against every other run, and gives it back", async () => {
    const { restore, world } = await open();
    const other = world.host("other");
    let during: readonly string[] = [];
    world.now += HOUR;
    once(world, /^transfer alpha;disk/, async () => {
      during = (await backUp(other, { force: true })).report.jobs.map(({ outcome }) => outcome);
    });
    await restore();
    expect(during).toEqual(["held"]); // and what is being restored is nobody's disk
    expect((await backUp(other, { force: true })).report.exit).toBe(0);
  });
});

describe("what was recorded comes back", () => {
  const uuid = "00000000-0000-4000-8000-000000000100";
  const to = "px1/px1/vm-100-disk-9";
  const openGuest = () =>
    open({ proxmox: { px1: [guest(100, "web01")] } }, { image: `${uuid};scsi0;web01`, snapshot: "latest", to });

  test("the shape of the source, asked for once and again when the image has another size", async () => {
    const { world, house, restore } = await open();
    const infos = (): number => world.calls.filter((call) => call === "alpha info disk").length;
    const first = infos();
    expect((await restore({}, { dryRun: true })).shape).toMatchObject({ objectSize: 1 << 22 });
    world.now += HOUR;
    await backUp(house, { force: true });
    expect(infos()).toBe(first);
    const image = world.live("alpha").images.get("disk");
    world.live("alpha").images.set("disk", { ...(image as NonNullable<typeof image>), size: 1 << 25 });
    world.now += HOUR;
    await backUp(house, { force: true });
    expect(infos()).toBe(first + 1);
  });

  test("the guest, and what to type next", async () => {
    const { restore } = await openGuest();
    const planned = await restore({}, { dryRun: true });
    expect(planned.guest).toMatchObject({ vmid: 100, name: "web01" });
    expect(planned.line).toBe("scsi0: px1:vm-100-scsi0,discard=on");
    expect(planned.next).toEqual(["qm set 100 --scsi0 px1:vm-100-disk-9,discard=on"]);
    expect((await restore({ to: "px1/px1/vm-7-disk-0" }, { dryRun: true })).next[0]).toMatch(/^qm set 7 --scsi0 /);
    expect((await restore({ to: "px1/px1/anything" }, { dryRun: true })).next[0]).toContain("vm-VMID-disk-N");
    expect((await restore({ to: "px1/px1/vm-9-disk-0 '$(id)" }, { dryRun: true })).next).toEqual([
      `qm set 9 --scsi0 'px1:vm-9-disk-0 '\\''$(id),discard=on'`,
    ]);
  });

  test("no guest where there was none: how to look at the image", async () => {
    const { restore } = await open();
    const { guest: none, next } = await restore({ to: "alpha/it's/back" }, { dryRun: true });
    expect(none).toBeUndefined();
    expect(next).toEqual(["# on alpha", `rbd info '--pool=it'\\''s' --image=back`]);
  });
});

test("what is known to differ, or was never compared, comes back with a word about it", async () => {
  const { world, restore } = await open();
  expect((await restore({}, { dryRun: true })).warnings).toEqual([]);
  const metadata = world.backup.images.get("alpha;disk;None")?.metadata;
  metadata?.set("backurne.unproved", JSON.stringify({ since: "2026-01-01T00:00:00Z" }));
  metadata?.set(
    "backurne.suspect",
    JSON.stringify({ snapshot: "s1", ranges: [], how: "full", at: "2026-01-01T00:00:00Z" }),
  );
  expect((await restore({}, { dryRun: true })).warnings).toEqual([
    "it may differ from its source: a verification failed on 2026-01-01: s1 differs from its source",
    "it was the old tool's, and never compared with its source",
  ]);
  metadata?.set("backurne.suspect", "{ differs");
  expect((await restore({}, { dryRun: true })).warnings).toEqual([
    expect.stringMatching(
      /^nobody knows whether it was found to differ .*: the mark backurne\.suspect is \{ differs, /,
    ),
    "it was the old tool's, and never compared with its source",
  ]);
});

test("a restore that has lost its lease leaves the unfinished image to whoever has it now", async () => {
  const { world } = await open();
  const leaseTimes = { duration: 60, renewEvery: 15, lostAfter: 45, fresh: -1 };
  once(world, /^transfer/, async () => {
    const leases = new Set(
      world.calls.slice(-20).flatMap((call) => /lock (backurne\.lease\.\S+)/.exec(call)?.[1] ?? []),
    );
    for (const object of leases) {
      await world.objects.removeObjects([object], 1);
      await world.objects.lock(object, { name: "backurne", tag: "another", description: "bk2", seconds: 60 });
    }
    throw new Error("it broke");
  });
  await expect(restoreImage(world.host("one", { leaseTimes }), PLAIN)).rejects.toThrow("the lease was lost");
  expect(standing(world).filter((image) => image.startsWith("restoring-"))).toHaveLength(1);
});
