import { expect, test } from "vitest";
import { digest } from "../src/kept.ts";
import { openProxmoxArena, type ProxmoxArena } from "../src/proxmox.ts";
import { openProxmoxCommand } from "../src/proxmox-cli.ts";
import { modes, troubles } from "../src/reported.ts";
import { listImages, unfinishedOf } from "../src/restoring.ts";

/** A machine with a disk on each storage, and a container; two points of each. */
async function openGuests(): Promise<ProxmoxArena & { readonly chain: (adapter: string) => string }> {
  const arena = await openProxmoxArena({ profiles: [{ maxOnLive: 0 }] });
  const { chain } = await arena.addGuest({
    vmid: 100,
    name: "web",
    disks: { scsi0: "fast", virtio1: "slow" },
    config: { memory: 2048, scsi0: "fast:vm-100-disk-0,discard=on,ssd=1,size=4M", cipassword: "a-guests-own-password" },
  });
  await arena.addGuest({ vmid: 101, name: "ct", disks: { rootfs: "fast" }, rest: { kind: "lxc" } });
  for (const _ of [1, 2]) {
    for (const volume of ["fast:vm-100-disk-0", "slow:vm-100-disk-1", "fast:vm-101-disk-0"]) await arena.scrawl(volume);
    expect(troubles((await arena.backup({ force: true })).report)).toEqual([]);
  }
  return Object.assign(arena, { chain });
}

/** Bytes of the newest point of a chain. */
async function pointOf(arena: ProxmoxArena, image: string): Promise<string> {
  const { name } = (await arena.backupSnapshots(image)).at(-1)!;
  return digest(arena.sandbox.backup, { pool: arena.pool, image, snapshot: name });
}

test("a guest's disk comes back into a storage: its bytes, how the guest was configured, and what to type next", async () => {
  const arena = await openGuests();
  const { live, backup } = arena.sandbox;
  const command = await openProxmoxCommand(arena);
  const fast = (image: string) => digest(live, { pool: arena.pool, image });
  const slow = (image: string) => digest(backup, { pool: `${arena.pool}-slow`, namespace: "tenant", image });

  const { code, stdout } = await command.run("restore", "px/web/scsi0", "latest", "--to", "px/fast/vm-100-disk-7");
  expect(code).toBe(0);
  expect(stdout).toContain("memory: 2048");
  expect(stdout).toContain("scsi0: fast:vm-100-disk-0,discard=on,ssd=1,size=4M");
  expect(stdout).toContain("qm set 100 --scsi0 fast:vm-100-disk-7,discard=on,ssd=1,size=4M");
  expect(stdout).not.toContain("a-guests-own-password");
  const bytes = await pointOf(arena, arena.chain("scsi0"));
  expect(await fast("vm-100-disk-7")).toBe(bytes);
  expect(await arena.standing("fast:vm-100-disk-7")).toEqual([]);

  // By a storage that is a namespace of another Ceph cluster, by its pool, and under a name Proxmox takes for no guest's.
  await using backurne = await arena.open();
  const restore = (image: string, to: string) => backurne.restore({ image, snapshot: "latest", to });
  const second = await restore("px/web/virtio1", "px/slow/vm-100-disk-8");
  expect(second).toMatchObject({
    outcome: "restored",
    guest: { kind: "qemu", vmid: 100, name: "web" },
    line: "virtio1: slow:vm-100-disk-1,size=4M",
    next: ["qm set 100 --virtio1 slow:vm-100-disk-8,size=4M"],
  });
  expect(await slow("vm-100-disk-8")).toBe(await pointOf(arena, arena.chain("virtio1")));
  const third = await restore("px/web/scsi0", `px/${arena.pool}-slow/tenant/look`);
  expect(third.next).toEqual([expect.stringMatching(/^# Proxmox takes only images called vm-VMID-disk-N/)]);
  expect(await slow("look")).toBe(bytes);
  const fourth = await restore("px/ct/rootfs", "px/fast/vm-201-disk-0");
  expect(fourth).toMatchObject({
    guest: { kind: "lxc", vmid: 101 },
    next: ["pct set 201 --rootfs fast:vm-201-disk-0,size=4M"],
  });
  expect(await fast("vm-201-disk-0")).toBe(await pointOf(arena, "fast;vm-101-disk-0;ct"));

  for (const [to, exit, says] of [
    ["px/fast/vm-100-disk-0", 4, /exists, and nothing is ever restored over an image/],
    ["px/local/vm-100-disk-9", 2, /no rbd storage that is local/],
  ] as const) {
    const refused = await command.run("restore", "px/web/scsi0", "latest", "--to", to);
    expect([refused.code, refused.stderr]).toEqual([exit, expect.stringMatching(says)]);
  }

  // As it was typed: from then on the restored image is the guest's disk, and begins a generation of its own.
  const [line = ""] = second.next;
  const [key, value] = line.replace("qm set 100 --", "").split(" ");
  arena.simulator.cluster.changes.setConfig(100, { [key as string]: value });
  const { report } = await arena.backup({ force: true });
  expect(troubles(report)).toEqual([]);
  expect(modes(report)).toMatchObject({
    "web/virtio1": "full",
    "web/scsi0": "incremental",
    "ct/rootfs": "incremental",
  });
  await arena.assertHonest();
});

test("what a restore that died left in a storage is found by the doctor, and taken away", async () => {
  const arena = await openGuests();
  const { image, meta } = unfinishedOf(arena, "px/slow/vm-100-disk-8");
  await arena.createVolume("slow", image);
  await arena.rbd(`slow:${image}`, ...meta);
  await using backurne = await arena.open();
  const leftovers = async () => (await backurne.examine()).findings.filter(({ probe }) => probe === "leftovers");
  const [found, ...others] = await leftovers();
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    about: `px/${arena.pool}-slow/${image}`,
    fix: { kind: "remove unfinished", image, to: "px/slow/vm-100-disk-8" },
  });
  expect(await backurne.mend(found!.fix!)).toMatchObject({ outcome: "done" });
  expect(await leftovers()).toEqual([]);
  const there = await listImages(arena.sandbox.backup, `--pool=${arena.pool}-slow`, "--namespace=tenant");
  expect(there).toEqual(["vm-100-disk-1"]);
});
