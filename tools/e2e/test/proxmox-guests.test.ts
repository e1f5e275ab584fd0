import { expect, test } from "vitest";
import { MiB } from "../src/arena.ts";
import { readMark, setMark } from "../src/history.ts";
import { openProxmoxArena, type ProxmoxArena } from "../src/proxmox.ts";
import { consistencies, modes, planOf, reasons, troubles } from "../src/reported.ts";

test("guests of every kind, on two Ceph clusters: everything once, then what has changed", async () => {
  const arena = await openProxmoxArena();
  const web = await arena.addGuest({
    vmid: 100,
    name: "web",
    disks: { scsi0: "fast", virtio15: "slow", efidisk0: "slow", tpmstate0: "fast", scsi3: "fast" },
    config: {
      cipassword: "a-guests-own-password",
      ide0: "fast:vm-100-cloudinit,media=cdrom",
      ide2: "local:iso/debian.iso,media=cdrom",
      sata5: "local:100/vm-100-disk-9.qcow2,size=1G",
      scsi3: "fast:vm-100-disk-4,backup=0,size=4M",
      unused0: "fast:vm-100-disk-7",
    },
  });
  await arena.addGuest({
    vmid: 101,
    name: "ct",
    disks: { rootfs: "fast", mp0: "slow", mp1: "fast" },
    config: { mp0: "slow:vm-101-disk-1,mp=/srv,backup=1,size=4M", mp1: "fast:vm-101-disk-2,mp=/tmp,size=4M" },
    rest: { kind: "lxc", node: "pve2" },
  });
  const { base, clone } = await makeLinkedClone(arena);
  const template = { template: 1, scsi0: `${base},size=4M` };
  await arena.addGuest({ vmid: 9000, name: "tpl", disks: {}, config: template, rest: { status: "stopped" } });
  await arena.addGuest({
    vmid: 102,
    name: "linked",
    disks: {},
    config: { agent: "enabled=1,freeze-fs-on-backup=0", scsi0: `${clone},size=4M`, scsi1: "fast:vm-100-disk-0" },
  });

  const first = await arena.backup();
  expect(troubles(first.report)).toEqual([]);
  expect(first.report).toMatchObject({ exit: 0, totals: { done: 8, full: 8 } });
  const QUIESCED = { "web/scsi0": "quiesced", "web/virtio15": "quiesced", "web/efidisk0": "quiesced" };
  const CRASHED = { "ct/rootfs": "crash-consistent", "ct/mp0": "crash-consistent", "linked/scsi0": "crash-consistent" };
  const all = { ...QUIESCED, "web/tpmstate0": "quiesced", ...CRASHED, "tpl/scsi0": "stopped" };
  expect(consistencies(first.report)).toEqual(all);
  expect(reasons(planOf(first))).toEqual({
    "web/scsi3": "backup=0 stands on scsi3",
    "web/sata5": "on storage local, which is not rbd",
    "ct/mp1": "mp1 has no backup=1, which mount points need",
    "linked/scsi1": "vm-100-disk-0 belongs to guest web (100)",
  });
  const images = ["scsi0", "virtio15", "efidisk0", "tpmstate0"].map((disk) => web.chain(disk));
  expect(await arena.backupImages()).toEqual(expect.arrayContaining([...images, "fast;vm-101-disk-0;ct"]));
  await arena.assertHonest();

  const volumes = ["fast:vm-100-disk-0", "slow:vm-100-disk-1", clone, "fast:vm-101-disk-0", "slow:vm-101-disk-1"];
  await Promise.all(volumes.map((volume) => arena.scrawl(volume)));
  const second = await arena.backup({ force: true });
  expect(troubles(second.report)).toEqual([]);
  expect(second.report).toMatchObject({ exit: 0, totals: { done: 8, incremental: 8 } });
  expect(second.report.totals.bytes).toBeLessThan(5 * MiB);
  expect(await arena.backupImages()).toHaveLength(8);
  for (const image of await arena.backupImages()) expect(await arena.backupSnapshots(image)).toHaveLength(2);
  for (const volume of [...volumes, "slow:vm-100-disk-2", "fast:vm-100-disk-3"])
    expect([volume, (await arena.standing(volume)).length]).toEqual([volume, 1]);
  expect(await arena.standing(base)).toHaveLength(2); // the clone stands on one of them
  for (const left of ["fast:vm-100-disk-4", "fast:vm-101-disk-2"]) expect(await arena.standing(left)).toEqual([]);
  await arena.assertHonest();

  // The pool says what each point is: how still the guest stood, and how it was configured.
  await using backurne = await arena.open();
  const points = await backurne.points("px/web/scsi0");
  expect(points).toMatchObject([1, 2].map(() => ({ consistency: { kind: "quiesced" }, config: { vmid: 100 } })));
  expect(points[1]?.config?.config).toMatchObject({ scsi0: "fast:vm-100-disk-0,size=4M", agent: "1" });
  expect(JSON.stringify(points)).not.toContain("cipassword");
});

/** A template, and a clone whose image is named behind the template's. */
async function makeLinkedClone(arena: ProxmoxArena): Promise<{ base: string; clone: string }> {
  const base = await arena.createVolume("fast", "base-9000-disk-0");
  await arena.rbd(base, "snap", "create", "--no-progress", "--snap=__base__");
  await arena.rbd(base, "snap", "protect", "--snap=__base__");
  await arena.rbd(base, "clone", "--snap=__base__", "--dest-pool", arena.pool, "--dest", "vm-102-disk-0");
  const clone = "fast:base-9000-disk-0/vm-102-disk-0";
  await arena.scrawl(clone);
  return { base, clone };
}

test("a guest lives on: it is renamed, migrates, gets disks and loses them, and moves to another storage", async () => {
  const arena = await openProxmoxArena();
  arena.configure({ fsfreeze: false }); // only to be quick
  const { changes } = arena.simulator.cluster;
  const { uuid } = await arena.addGuest({ vmid: 100, name: "app", disks: { scsi0: "fast", scsi1: "fast" } });
  const chain = (adapter: string, name = "renamed"): string => `${uuid};${adapter};${name}`;
  const run = async () => {
    await arena.scrawl("fast:vm-100-disk-0");
    const { report, events } = await arena.backup({ force: true });
    expect(troubles(report)).toEqual([]);
    expect(report.exit).toBe(0);
    return { report, events, modes: modes(report) };
  };
  expect((await run()).modes).toEqual({ "app/scsi0": "full", "app/scsi1": "full" });
  const [before] = await arena.backupSnapshots(chain("scsi0", "app"));

  // Another name, on another node: the same history.
  changes.rename(100, "renamed");
  changes.migrate(100, "pve2");
  expect((await run()).modes).toEqual({ "renamed/scsi0": "incremental", "renamed/scsi1": "incremental" });
  expect(await arena.backupImages()).toEqual([chain("scsi0"), chain("scsi1")]);
  expect((await arena.backupSnapshots(chain("scsi0")))[0]).toEqual(before);
  await arena.assertHonest();

  // A new disk; another is switched off in the web interface, and neither goes on nor fades.
  changes.setConfig(100, {
    virtio0: `${await arena.createVolume("slow", "vm-100-disk-2")},size=4M`,
    scsi1: "fast:vm-100-disk-1,backup=0,size=4M",
  });
  const third = await run();
  expect(third.modes).toEqual({ "renamed/scsi0": "incremental", "renamed/virtio0": "full" });
  expect(reasons(planOf(third))).toEqual({ "renamed/scsi1": "backup=0 stands on scsi1" });

  // Detached it is not the guest's any more, but its image stands: it is not gone, and nobody knows whether it comes back.
  changes.setConfig(100, { scsi1: null, unused0: "fast:vm-100-disk-1" });
  const fourth = await run();
  expect(reasons(planOf(fourth))["renamed/scsi1"]).toBe(
    `vm-100-disk-1 stands in pool ${arena.pool} of px, detached: unused0 of renamed (100)`,
  );
  expect(await readMark(arena, chain("scsi1"), "gone")).toBeUndefined();
  await arena.assertHonest();

  // Moved to another storage: another image, so another generation under the same name; the old one stays.
  const moved = await arena.createVolume("slow", "vm-100-disk-3");
  changes.setConfig(100, { scsi0: `${moved},size=4M`, scsi1: "fast:vm-100-disk-1,size=4M", unused0: null });
  const fifth = await run();
  expect(fifth.modes).toEqual({
    "renamed/scsi0": "full",
    "renamed/scsi1": "incremental",
    "renamed/virtio0": "incremental",
  });
  const images = await arena.backupImages();
  const closed = images.find((image) => image.startsWith("closed-")) as string;
  expect(closed.endsWith(`;${chain("scsi0")}`)).toBe(true);
  expect(await arena.backupSnapshots(closed)).toHaveLength(4);
  expect((await arena.backupSnapshots(closed))[0]).toEqual(before);
  expect(await arena.backupSnapshots(chain("scsi0"))).toHaveLength(1);
  expect(await readMark(arena, chain("scsi1"), "gone")).toBeUndefined();

  await arena.scrawl(moved);
  expect((await run()).modes["renamed/scsi0"]).toBe("incremental");
  expect(await arena.backupImages()).toHaveLength(4);
  const counts = await Promise.all(
    ["scsi0", "scsi1", "virtio0"].map(async (one) => (await arena.backupSnapshots(chain(one))).length),
  );
  expect(counts).toEqual([2, 4, 4]);
  await arena.assertHonest();
});

test("the backups of a deleted guest fade once it is confirmed gone, and the last copy goes to the trash", async () => {
  const arena = await openProxmoxArena({ profiles: [{ name: "quick", interval: 1000, count: 2 }] });
  arena.configure({ fsfreeze: false }); // only to be quick
  const { changes } = arena.simulator.cluster;
  await arena.addGuest({ vmid: 100, name: "stays", disks: { scsi0: "fast", scsi1: "slow" } });
  const { chain } = await arena.addGuest({ vmid: 101, name: "goes", disks: { scsi0: "fast", scsi1: "slow" } });
  const both = ["scsi0", "scsi1"].map(chain);
  const counts = () => Promise.all(both.map(async (image) => (await arena.backupSnapshots(image)).length));
  for (const points of [1, 2, 2]) {
    expect((await arena.backup()).report).toMatchObject({ exit: 0, refused: [], totals: { done: 4 } });
    expect(await counts()).toEqual([points, points]); // as many as the count says, however old
  }
  changes.removeGuest(101);
  for (const volume of ["fast:vm-101-disk-0", "slow:vm-101-disk-1"]) {
    await arena.rbd(volume, "snap", "purge", "--no-progress");
    await arena.rbd(volume, "rm", "--no-progress");
  }
  for (const runs of [1, 2]) {
    // All of them are older than two seconds.
    const { report } = await arena.backup();
    expect(report).toMatchObject({ exit: 0, failures: [], refused: [], totals: { done: 2, trashed: 0 } });
    expect(await readMark(arena, both[0] as string, "gone")).toMatchObject({ runs });
    expect(await counts()).toEqual([2, 2]);
  }

  // Two days later: they fade but for the last, then that goes too, and can be had back for a week.
  const at = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();
  const { live, backup } = arena.sandbox;
  for (const [index, { fsid }] of [live, backup].entries())
    await setMark(arena, both[index] as string, "gone", { since: at(50), last: at(1), runs: 2, fsid });
  const fade = await arena.backup();
  expect(fade.report).toMatchObject({ exit: 0, failures: [], refused: [], totals: { removedBackup: 4, trashed: 0 } });
  expect(await counts()).toEqual([1, 1]);
  arena.settings = { ...arena.settings, extraRetention: 0 };
  const last = await arena.backup();
  expect(last.report).toMatchObject({ exit: 0, failures: [], refused: [], totals: { removedBackup: 2, trashed: 2 } });
  expect(await arena.backupImages()).toHaveLength(2);
  const trash = JSON.parse(await arena.backupSide("trash", "ls", `--pool=${arena.pool}`, "--format", "json"));
  expect(trash.map(({ name }: { name: string }) => name).toSorted()).toEqual(both.toSorted());
});
