import { listGuests, setGuestProfiles } from "@backurne/engine";
import type { GuestListing } from "@backurne/model";
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
      "px1/db 101 own policies: scsi0 unlistable 1",
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
