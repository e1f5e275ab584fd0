import { DAY, MiB } from "../src/arena.ts";
import { expect, test } from "vitest";
import { copySnapshot } from "../src/copy.ts";
import { openProxmoxArena, type ProxmoxArena } from "../src/proxmox.ts";
import { modes, planOf, reasons, troubles } from "../src/reported.ts";

/** A chain as the old tool left it: two points, the newest of which stands on the live side too. */
async function makeOldChain(arena: ProxmoxArena, image: string, target: string): Promise<void> {
  const at = (ago: number): string => `backup;daily;30;${new Date(Date.now() - ago).toISOString().replace("Z", "000")}`;
  await arena.backupSide("create", `--pool=${arena.pool}`, `--image=${target}`, "--size", `${4 * MiB}B`);
  const [old, newest] = [at(DAY), at(0)];
  await copySnapshot(arena, { image, target, snapshot: old });
  await arena.scrawl(`fast:${image}`);
  await copySnapshot(arena, { image, target, snapshot: newest, base: old });
  await arena.rbd(`fast:${image}`, "snap", "rm", "--no-progress", `--snap=${old}`);
  await arena.scrawl(`fast:${image}`);
}

test("a pool of the old tool goes on where it stands: no full, no freeze, nothing of a new kind, until it is asked for", async () => {
  const arena = await openProxmoxArena();
  const { simulator } = arena;
  const plain = await arena.addGuest({ vmid: 100, name: "web", disks: { scsi0: "fast", efidisk0: "fast" } });
  const overread = await arena.addGuest({ vmid: 101, name: "mail", disks: { virtio0: "fast" } });
  const encoded = await arena.addGuest({ vmid: 102, name: "files", disks: { scsi0: "fast" } });
  const manufacturer = Buffer.from("Dell Inc.").toString("base64");
  simulator.cluster.changes.setConfig(101, { smbios1: `uuid=${overread.uuid},manufacturer=${manufacturer},base64=1` });
  simulator.cluster.changes.setConfig(102, { smbios1: `base64=1,manufacturer=${manufacturer},uuid=${encoded.uuid}` });
  await arena.addGuest({ vmid: 103, name: "ct", disks: { rootfs: "fast" }, rest: { kind: "lxc" } });
  const NOBODYS = `1,manufacturer=${manufacturer},uuid=${encoded.uuid};scsi0;files`;
  await makeOldChain(arena, "vm-100-disk-0", plain.chain("scsi0"));
  const OVERREAD = `${overread.uuid},manufacturer=${manufacturer};virtio0;mail`;
  await makeOldChain(arena, "vm-101-disk-0", OVERREAD);
  await makeOldChain(arena, "vm-102-disk-0", NOBODYS);

  await expect(arena.backup()).rejects.toMatchObject({ code: "usage" });
  const first = await arena.backup({ force: true, takeOver: true });
  expect(troubles(first.report)).toEqual([]);
  expect(first.report.exit).toBe(0);
  // Only the guest that shared its identity with others begins anew.
  expect(modes(first.report)).toEqual({
    "web/scsi0": "incremental",
    "mail/virtio0": "incremental",
    "files/scsi0": "full",
  });
  expect(reasons(planOf(first))).toMatchObject({
    "ct/rootfs": expect.stringContaining("the old tool never backed up such disks"),
    "web/efidisk0": expect.stringContaining("the old tool never backed up such disks"),
  });
  expect(await arena.backupSnapshots(NOBODYS)).toHaveLength(2);
  await using backurne = await arena.open();
  const nobodys = (await backurne.list()).find(({ uuid }) => uuid === NOBODYS);
  expect(nobodys).toMatchObject({ kind: "closed", state: "vanished", snapshots: 2 });
  await arena.assertHonest();

  // The same the next night, when nothing of the old tool's is new to us.
  await arena.scrawl("fast:vm-101-disk-0");
  const second = await arena.backup({ force: true });
  expect(troubles(second.report)).toEqual([]);
  expect(second.report.totals).toMatchObject({ planned: 3, incremental: 3 });
  const images = (await arena.backupImages()).toSorted();
  expect(images).toEqual([plain.chain("scsi0"), OVERREAD, encoded.chain("scsi0"), NOBODYS].toSorted());
  const frozen = simulator.journal.requests.filter(({ path }) => path.includes("/agent/"));
  expect(frozen).toEqual([]);

  // Asked for, all of it comes.
  const rules = ["lxc", "qemu"].map((kind, index) => ({
    path: `px.include[${index}]`,
    effect: "include" as const,
    match: { kind },
  }));
  arena.configure({ rules, fsfreeze: true });
  const third = await arena.backup({ force: true });
  expect(troubles(third.report)).toEqual([]);
  expect(third.report.totals).toMatchObject({ planned: 5, full: 2, incremental: 3 });
  expect(third.report.jobs.filter(({ consistency }) => consistency?.kind === "quiesced")).toHaveLength(4);
  await arena.assertHonest();
});
