import type { Rule } from "@backurne/model";
import { expect, test } from "vitest";
import { openProxmoxArena } from "../src/proxmox.ts";
import { modes, planOf, reasons } from "../src/reported.ts";

function rule(match: Rule["match"], effect: Rule["effect"], more: Partial<Rule> = {}): Rule {
  return { path: `px.${effect}`, effect, match, ...more };
}

test("who a guest is: its UUID however it is written, its image without one; two with one UUID are refused by name", async () => {
  const arena = await openProxmoxArena();
  arena.configure({ fsfreeze: false }); // only to be quick
  const { changes } = arena.simulator.cluster;
  const twin = await arena.addGuest({ vmid: 310, name: "twin", disks: { scsi0: "fast" } });
  const dell = Buffer.from("Dell Inc.").toString("base64");
  const encoded = await arena.addGuest({ vmid: 311, name: "encoded", disks: { scsi0: "fast" } });
  changes.setConfig(311, { smbios1: `base64=1,manufacturer=${dell},uuid=${encoded.uuid},serial=${dell}` });
  await arena.addGuest({ vmid: 312, name: "nobody", disks: { scsi0: "slow" } });
  changes.setConfig(312, { smbios1: `manufacturer=${dell},base64=1` });
  expect((await arena.backup()).report).toMatchObject({ exit: 0, failures: [], totals: { full: 3 } });
  const chains = [twin.chain("scsi0"), encoded.chain("scsi0"), "slow;vm-312-disk-0;nobody"];
  expect((await arena.backupImages()).toSorted()).toEqual(chains.toSorted());

  // A copy of a VM that kept the UUID, in capitals.
  const smbios1 = `uuid=${twin.uuid.toUpperCase()}`;
  await arena.addGuest({ vmid: 313, name: "copy", disks: { scsi0: "fast" }, config: { smbios1 } });
  const second = await arena.backup({ force: true });
  expect(second.report).toMatchObject({ exit: 3, totals: { done: 2, incremental: 2, failed: 0 } });
  expect(modes(second.report)).toEqual({ "encoded/scsi0": "incremental", "nobody/scsi0": "incremental" });
  expect(second.report.failures.map(({ about, failure }) => [about, failure.message])).toEqual([
    ["px/twin (310)", expect.stringContaining("has the same smbios UUID as copy (313)")],
    ["px/copy (313)", expect.stringContaining("has the same smbios UUID as twin (310)")],
  ]);
  expect(await arena.backupSnapshots(twin.chain("scsi0"))).toHaveLength(1);
  expect(await arena.standing("fast:vm-313-disk-0")).toEqual([]);

  // Without the fallback a guest that is nobody is refused, and its chain of before is left alone.
  arena.configure({ uuidFallback: false });
  const third = await arena.backup({ force: true });
  expect(third.report).toMatchObject({ exit: 3, totals: { planned: 1, incremental: 1, removedBackup: 0 } });
  const refused = third.report.failures.find(({ about }) => about === "px/nobody (312)");
  expect(refused?.failure.message).toBe("has no smbios UUID; give it one, or set uuid_fallback: true");

  // One guest alone: what is wrong with others is theirs.
  const one = await arena.backup({ cluster: "px", vmid: 311, force: true });
  expect(one.report).toMatchObject({ exit: 0, failures: [], totals: { planned: 1, incremental: 1 } });
  await expect(arena.backup({ vmid: 311 })).rejects.toMatchObject({ code: "usage", hint: "--cluster, one of: px" });

  // Told apart again, both are backed up, and nothing was mixed.
  changes.setConfig(313, { smbios1: `uuid=${encoded.uuid.replace(/^.{8}/, "00000000")}` });
  arena.configure({ uuidFallback: true });
  const last = await arena.backup({ force: true });
  expect(last.report).toMatchObject({ exit: 0, failures: [], totals: { incremental: 3, full: 1 } });
  await arena.assertHonest();
});

test("rules look at tags, numbers, kinds, pools, storages and adapters; the first that fits decides", async () => {
  const weekly = { name: "weekly", interval: 7 * 86_400_000, count: 4, default: false };
  const arena = await openProxmoxArena({ profiles: [{}, weekly] });
  arena.configure({
    rules: [
      rule({ name: "keep-*" }, "include"),
      rule({ tag: "nobackup" }, "exclude"),
      rule({ vmid: "9000-9099" }, "exclude"),
      rule({ kind: "lxc", storage: "slow" }, "exclude"),
      rule({ adapter: "tpmstate0" }, "exclude"),
      rule({ pool: "students" }, "exclude"),
      rule({ storage: "slow" }, "set", { profiles: ["weekly"] }),
      rule({ tag: "db" }, "set", { fsfreeze: false }),
    ],
  });
  const tagged = { tags: "web;nobackup" };
  await arena.addGuest({ vmid: 100, name: "web", disks: { scsi0: "fast", scsi1: "slow", tpmstate0: "fast" } });
  await arena.addGuest({ vmid: 101, name: "scratch", disks: { scsi0: "fast" }, config: tagged });
  await arena.addGuest({ vmid: 9001, name: "lab", disks: { scsi0: "fast" } });
  await arena.addGuest({ vmid: 9002, name: "keep-me", disks: { scsi0: "slow" }, config: tagged });
  await arena.addGuest({ vmid: 102, name: "ct", disks: { rootfs: "fast", mp0: "slow" }, rest: { kind: "lxc" } });
  await arena.simulator.cluster.changes.setConfig(102, { mp0: "slow:vm-102-disk-1,mp=/srv,backup=1" });
  await arena.addGuest({ vmid: 103, name: "db", disks: { scsi0: "fast" }, config: { tags: "db" } });
  await arena.addGuest({ vmid: 104, name: "homework", disks: { scsi0: "fast" }, rest: { pool: "students" } });
  const ran = await arena.backup();
  expect(ran.report).toMatchObject({ exit: 0, failures: [], warnings: [] });
  expect(reasons(planOf(ran))).toEqual({
    "web/tpmstate0": "px.exclude adapter tpmstate0",
    "scratch/scsi0": "px.exclude tag nobackup",
    "lab/scsi0": "px.exclude vmid 9000-9099",
    "homework/scsi0": "px.exclude pool students",
    "ct/mp0": "px.exclude kind lxc storage slow",
  });
  const made = ran.report.jobs.map(({ subject, names, consistency }) => {
    const profiles = names.map((name) => name.split(";")[1]);
    return [`${subject.guest}/${subject.disk}`, [...profiles, consistency?.kind].join(" ")];
  });
  expect(Object.fromEntries(made)).toEqual({
    "web/scsi0": "daily quiesced",
    "web/scsi1": "weekly quiesced",
    "keep-me/scsi0": "daily quiesced",
    "ct/rootfs": "daily crash-consistent",
    "db/scsi0": "daily crash-consistent",
  });
  expect(arena.simulator.journal.transitions.map(({ vmid }) => vmid)).not.toContain(103);
  await arena.assertHonest();
});
