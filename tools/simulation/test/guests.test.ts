import { inspectGuest, listGuests, setGuestProfiles } from "@backurne/engine";
import type { GuestInspection, GuestListing } from "@backurne/model";
import { describe, expect, test } from "vitest";
import { backUp, DAY, guest, openWorld, profile, uuidOf, type World } from "../src/index.ts";

const WEB = guest(100, "web", ["scsi0", "scsi1"]);

/** A guest as one line: who it is, and each disk with what its backups are. */
function show({ cluster, name, vmid, disks, policies }: GuestListing): string {
  const lines = disks.map((disk) =>
    [disk.disk, disk.state, disk.snapshots, ...(disk.image === undefined ? ["no image"] : []), ...disk.late].join(" "),
  );
  return `${cluster}/${name ?? "?"} ${vmid ?? "-"}${policies ? " own policies" : ""}: ${lines.join(", ")}`;
}

const listed = async (world: World) => (await listGuests(world.host("bk1"))).map(show);

describe("guests", () => {
  test("are there before they have backups, with each of their disks; then with the newest of each", async () => {
    const world = openWorld({ profiles: [profile({ count: 7 })], proxmox: { px1: [WEB, guest(101, "db")] } });
    expect(await listed(world)).toEqual([
      "px1/db 101: scsi0 present 0 no image",
      "px1/web 100: scsi0 present 0 no image, scsi1 present 0 no image",
    ]);
    await backUp(world.host("bk1"));
    const at = new Date(world.now).toISOString();
    world.now += 3 * DAY;
    const [, web] = await listGuests(world.host("bk1"));
    const ident = uuidOf(WEB);
    const disk = {
      size: 1 << 24,
      snapshots: 1,
      lastGood: at,
      newest: { daily: at },
      state: "present",
      late: ["daily"],
    };
    expect(web).toEqual({
      cluster: "px1",
      name: "web",
      ident,
      vmid: 100,
      kind: "qemu",
      disks: ["scsi0", "scsi1"].map((name) => ({
        ...disk,
        disk: name,
        reference: `px1/web/${name}`,
        image: `${ident};${name};web`,
      })),
    });
  });

  test("cost one look at their policies; where those cannot be read it says so", async () => {
    const world = openWorld({ profiles: [profile()], proxmox: { px1: [WEB, guest(101, "db")] } });
    await setGuestProfiles(world.host("bk1"), { cluster: "px1", vmid: 101 }, { backup: false });
    world.calls.length = 0;
    expect(await listed(world)).toEqual([
      "px1/db 101 own policies: scsi0 switched off 0 no image",
      "px1/web 100: scsi0 present 0 no image, scsi1 present 0 no image",
    ]);
    expect(world.calls.filter((call) => call === "backup read backurne.guests")).toHaveLength(1);
    await world.objects.write("backurne.guests", "nonsense");
    await expect(listGuests(world.host("bk1"))).rejects.toMatchObject({ code: "unexpected" });
  });

  test("that are gone are known by their backups, and are not who has their number now; policies are for that one", async () => {
    const guests = [guest(100, "web"), guest(101, "db")];
    const world = openWorld({ profiles: [profile({ count: 7 })], proxmox: { px1: guests } });
    await backUp(world.host("bk1"));
    const db = guests.pop();
    await setGuestProfiles(world.host("bk1"), { cluster: "px1", vmid: 101 }, { backup: false });
    await setGuestProfiles(world.host("bk1"), { cluster: "px1", vmid: 999 }, { backup: false });
    expect(await listed(world)).toEqual([
      "px1/db 101 own policies: scsi0 switched off 1",
      "px1/web 100: scsi0 present 1",
      "px1/? 999 own policies: ",
    ]);
    guests.push({ ...db!, uuid: "00000000-0000-4000-8000-00000000beef" });
    expect(await listed(world)).toEqual([
      "px1/db 101 own policies: scsi0 switched off 0 no image",
      "px1/db 101: scsi0 unlistable 1",
      "px1/web 100: scsi0 present 1",
      "px1/? 999 own policies: ",
    ]);
    const old = [...world.backup.images.keys()].find((image) => image.includes("-000000000101;")) as string;
    expect((await inspectGuest(world.host("bk1"), old)).guest).toMatchObject({ vmid: 101, policies: undefined });
    expect(
      (await inspectGuest(world.host("bk1"), "00000000-0000-4000-8000-00000000beef")).guest.policies,
    ).toMatchObject({ vmid: 101 });
    // Of whom nothing but policies is known, that is said.
    expect(await inspectGuest(world.host("bk1"), "px1/999")).toMatchObject({
      guest: { vmid: 999, disks: [], policies: { answer: { backup: false } } },
      images: [],
      moments: [],
    });
  });

  test("of a plain cluster are its images, each by itself; a closed generation is no disk of its own", async () => {
    const world = openWorld({ profiles: [profile({ count: 7 })], plain: ["alpha"] });
    const pool = world.live("alpha");
    pool.add("a");
    pool.add("b");
    await backUp(world.host("bk1"));
    pool.images.delete("a");
    pool.add("a");
    world.now += DAY;
    await backUp(world.host("bk1"));
    expect([...world.backup.images.keys()].filter((name) => name.startsWith("closed-"))).toHaveLength(1);
    expect(await listed(world)).toEqual(["alpha/a -: a present 1", "alpha/b -: b present 2"]);
    const [first] = await listGuests(world.host("bk1"));
    expect([first?.ident, first?.disks[0]?.reference]).toEqual([undefined, "alpha/a"]);
  });

  test("cost one listing a side", async () => {
    const world = openWorld({ profiles: [profile({ count: 7 })], plain: ["alpha"] });
    for (const image of ["a", "b", "c"]) world.live("alpha").add(image);
    await backUp(world.host("bk1"));
    world.calls.length = 0;
    await listGuests(world.host("bk1"));
    expect(world.calls.filter((call) => call.includes("inventory"))).toHaveLength(2);
  });
});

/** Each moment as one line: how many days ago, what the disks have of it, and what is missing. */
function showMoments({ moments }: GuestInspection, { now }: World): readonly string[] {
  return moments.map(({ at, points, lacks }) => {
    const age = Math.round((now - Date.parse(at)) / DAY);
    const has = points.map(({ disk, profile: name }) => `${disk} ${name}`);
    const lacking = lacks.map(({ disk, because }) => `; without ${disk}: ${because}`);
    return `${age}: ${has.join(", ")}${lacking.join("")}`;
  });
}

describe("one guest", () => {
  const WEEK = 7 * DAY;
  const both = [profile({ count: 3 }), profile({ name: "weekly", interval: WEEK, count: 4 })];

  test("has points at the moments at which its disks were snapshotted; what a disk lacks is said", async () => {
    const guests = [guest(100, "web", ["scsi0"])];
    const world = openWorld({ profiles: both, proxmox: { px1: guests } });
    for (let night = 0; night < 9; night += 1, world.now += DAY) {
      if (night === 7) {
        guests[0] = guest(100, "web", ["scsi0", "scsi1"]);
        world.live("px1").add("vm-100-scsi1");
      }
      await backUp(world.host("bk1"));
    }
    world.now -= DAY;
    const found = await inspectGuest(world.host("bk1"), "px1/web");
    const since = new Date(world.now - DAY).toISOString().slice(0, 10);
    const lacks = `; without scsi1: its backups begin on ${since}`;
    expect(showMoments(found, world)).toEqual([
      `8: scsi0 weekly${lacks}`,
      `3: scsi0 daily${lacks}`,
      `2: scsi0 daily${lacks}`,
      "1: scsi0 weekly, scsi0 daily, scsi1 weekly, scsi1 daily",
      "0: scsi0 daily, scsi1 daily",
    ]);
    expect(found.images.map(({ reference }) => reference)).toEqual(["px1/web/scsi0", "px1/web/scsi1"]);
    // A disk that has none yet, and one that is of the guest no more: what it has now decides.
    guests[0] = guest(100, "web", ["scsi1", "scsi2"]);
    world.live("px1").add("vm-100-scsi2");
    const after = await inspectGuest(world.host("bk1"), "px1/100");
    expect(showMoments(after, world).at(-1)).toBe("0: scsi0 daily, scsi1 daily; without scsi2: it has no backup yet");
    expect(showMoments(after, world).at(1)).toBe(`3: scsi0 daily${lacks}; without scsi2: it has no backup yet`);
    expect(after.guest.disks.map(({ disk, image }) => [disk, image !== undefined])).toEqual([
      ["scsi0", true],
      ["scsi1", true],
      ["scsi2", false],
    ]);
    world.now += DAY;
    await backUp(world.host("bk1"));
    const later = await inspectGuest(world.host("bk1"), "px1/web");
    expect(showMoments(later, world).at(-1)).toBe("0: scsi1 daily, scsi2 weekly, scsi2 daily");
  });

  test("is there where policies in the pool cannot be read: those that are configured apply, and it says so", async () => {
    const world = openWorld({ profiles: both, proxmox: { px1: [WEB] } });
    await backUp(world.host("bk1"));
    const { warnings: none } = await inspectGuest(world.host("bk1"), "px1/web");
    await world.objects.write("backurne.guests", '{"version":2}');
    const { guest: found, moments, warnings } = await inspectGuest(world.host("bk1"), "px1/web");
    expect([found.policies, moments.length, none]).toEqual([undefined, 1, []]);
    expect(warnings).toEqual([
      { about: "profiles of guests", message: expect.stringMatching(/cannot be read.*; what is configured applies$/) },
    ]);
  });

  test("lets others in between its disks", async () => {
    const disks = ["scsi0", "scsi1", "scsi2", "scsi3"];
    const world = openWorld({ profiles: both, proxmox: { px1: [guest(100, "web", disks)] } });
    await backUp(world.host("bk1"));
    // The clock is asked when a disk is explained; others have been in whenever the loop of events has turned.
    let turn = 0;
    const asked = new Set<number>();
    const now = (): number => {
      asked.add(turn);
      return world.now;
    };
    let timer = setImmediate(function count() {
      turn += 1;
      timer = setImmediate(count);
    });
    await inspectGuest(world.host("bk1", { now }), "px1/web");
    clearImmediate(timer);
    expect(asked.size).toBeGreaterThanOrEqual(disks.length);
  });

  test("is one of two of the same name by its number, or by the image of one of its disks", async () => {
    const guests = [guest(100, "web"), guest(101, "web")];
    const world = openWorld({ profiles: [profile({ count: 3 })], proxmox: { px1: guests } });
    const host = world.host("bk1");
    await backUp(host);
    await expect(inspectGuest(host, "px1/web")).rejects.toMatchObject({
      code: "usage",
      message: "several guests are called px1/web: px1/100, px1/101",
    });
    await expect(inspectGuest(host, "px1/nobody")).rejects.toMatchObject({ code: "not-found" });
    for (const [reference, vmid] of [
      ["px1/101", 101],
      [`${uuidOf({ vmid: 101 })};scsi0;web`, 101],
      [uuidOf({ vmid: 100 }), 100],
    ] as const) {
      const { guest: found, images } = await inspectGuest(host, reference);
      expect([found.vmid, images.map(({ uuid }) => uuid)]).toEqual([vmid, [`${uuidOf({ vmid })};scsi0;web`]]);
    }
  });
});
