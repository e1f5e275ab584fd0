import { beforeAll, expect, test } from "vitest";
import { draw, mapOf, unmapAll, valueOf, type Scene } from "../../src/scene.ts";

export function liveThrough(open: () => Scene): void {
  let scene: Scene;
  beforeAll(() => void (scene = open()));

  test("copies of one guest side by side, with one name and one UUID for everything", async () => {
    const script =
      "echo m1 >/run/backurne/m1/p3/whose; echo m2 >/run/backurne/m2/p3/whose; cat /run/backurne/m?/p3/whose /run/backurne/m[34]/vg_stack-root/etc/hostname";
    const [a, b, c, d, shell] = await scene.ask(
      ...["zoo", "zoo", "stack", "stack"].map((image) => mapOf([image])),
      { do: "shell", script },
      ...unmapAll(4),
    );
    for (const one of [a, b, c, d]) expect(valueOf(one).state).toBe("ok");
    expect(draw(valueOf(b)).match(/run\/backurne\/m2/g)).toHaveLength(7);
    expect(shell?.value).toMatchObject({ stdout: "m1\nm2\nstack\nstack\n" });
  });

  test("what is in use stays and says who, what has expired goes, and unmap is done once", async () => {
    const hold = "(cd /run/backurne/m1/disk && exec setsid sleep 1000 >/dev/null 2>&1 </dev/null) & sleep 1";
    const answers = await scene.ask(
      mapOf(["bare"], { lifetime: 60_000 }),
      { do: "shell", script: hold },
      { do: "unmap", id: "m1" },
      { do: "sweep" },
      { do: "list" },
      { do: "turn clock", by: 60_001 },
      { do: "sweep" },
      { do: "shell", script: "kill $(pidof sleep)" },
      { do: "sweep" },
      { do: "unmap", id: "m1" },
    );
    const [, , busy, early, listed, , late, , swept, again] = answers;
    expect(busy).toMatchObject({
      code: "held",
      error: expect.stringMatching(/m1\/disk is in use by sleep \(pid \d+\)$/),
    });
    expect(early?.value).toEqual([]);
    expect(listed?.value).toMatchObject([{ id: "m1", state: "ok" }]);
    expect(late?.value).toEqual([
      expect.stringMatching(/^m1 has expired: \/run\/backurne\/m1 is in use by sleep \(pid \d+\)$/),
    ]);
    expect(swept?.value).toEqual([]);
    expect(again).toMatchObject({ code: "not-found" });
  });

  test("a snapshot that is not there leaves nothing", async () => {
    const [failed] = await scene.ask(mapOf(["bare", "nosuch"]));
    expect(failed).toMatchObject({ code: "command", error: expect.stringContaining("No such file or directory") });
  });

  test("what somebody took away is said, each thing by its name; after a reboot, or where it is all of it, the journal is undone and the clone removed", async () => {
    const gone =
      "umount -l /run/backurne/m1/* /run/backurne/m1; dmsetup remove -f backurne_m1_vg_stack-diskp1; for i in 1 2 3; do dmsetup remove_all -f; done; pkill rbd-nbd; sleep 1";
    const some =
      "cd /run/backurne/m1; umount p1; mount -t tmpfs none p1; for name in diskp1 disk; do dmsetup remove backurne_m1_vg_stack-$name; done";
    const left = { device: "px/stack/scsi1", size: 9, why: "not mapped: it has no backup of that moment" };
    const [mapped, , part, , listed, undone] = await scene.ask(
      mapOf(["stack"], { left: [left] }),
      { do: "shell", script: some },
      { do: "list" },
      { do: "shell", script: gone },
      { do: "list" },
      { do: "unmap", id: "m1" },
    );
    expect(valueOf(mapped).devices.at(-1)).toEqual({ ...left, on: [] });
    expect(part?.value).toMatchObject([
      {
        state: "differs",
        differences: [
          "/run/backurne/m1/p1 is not mounted from /dev/nbd0p1",
          "backurne_m1_vg_stack/disk is not active",
          "partition 1 of /dev/mapper/backurne_m1_vg_stack-disk is gone",
        ],
      },
    ]);
    const differences = expect.arrayContaining(["/run/backurne/m1/p1 is not mounted"]) as unknown;
    expect(listed?.value).toMatchObject([{ state: "differs", differences }]);
    expect(undone?.error).toBeUndefined();
  });
}
