import { expect, test } from "vitest";
import { openProxmoxArena } from "../src/proxmox.ts";
import { modes, troubles } from "../src/reported.ts";

const LIST = "GET /cluster/resources";
const CONFIG = "GET /nodes/{node}/qemu/{vmid}/config";

test("guests that cannot be read are named, their chains are frozen, and nothing stops the others", async () => {
  const arena = await openProxmoxArena({
    nodes: ["pve1", "pve2", "pve3"],
    // Everything older than a second may go as soon as something newer stands.
    profiles: [{ name: "quick", interval: 1000, count: 1 }],
  });
  arena.configure({ fsfreeze: false }); // only to be quick
  const { simulator } = arena;
  const { changes } = simulator.cluster;
  const NODES = {
    well: "pve2",
    locked: "pve2",
    migrating: "pve2",
    garbled: "pve2",
    imageless: "pve2",
    deleted: "pve2",
    "on-dead-node": "pve1",
  };
  const names = Object.keys(NODES);
  const chains = new Map<string, string>();
  for (const [index, [name, node]] of Object.entries(NODES).entries()) {
    const guest = await arena.addGuest({ vmid: 300 + index, name, disks: { scsi0: "fast" }, rest: { node } });
    chains.set(name, guest.chain("scsi0"));
  }
  const vmidOf = (name: string): number => 300 + names.indexOf(name);
  // A node that is down does not say how its guests are called.
  const labelOf = (name: string): string =>
    `px/${name === "on-dead-node" ? `vm${vmidOf(name)}` : name} (${vmidOf(name)})`;
  const pointsOf = async (name: string) => (await arena.backupSnapshots(chains.get(name) as string)).length;
  for (const kind of ["full", "incremental"]) {
    const { report } = await arena.backup({ cleanup: "none" });
    expect(report).toMatchObject({ exit: 0, warnings: [], failures: [], totals: { [kind]: names.length } });
  }

  // The first of the API's hosts is down, and with it the guests on it.
  await changes.setNode("pve1", false);
  changes.setConfig(vmidOf("locked"), { lock: "migrate" });
  const effect = { do: "refuse", status: 500, message: "unable to parse value of 'scsi0'" } as const;
  simulator.faults.add({ route: CONFIG, vmid: vmidOf("garbled"), effect });
  const rename = (from: string, to: string) => arena.live("rename", `${arena.pool}/${from}`, `${arena.pool}/${to}`);
  const image = `vm-${vmidOf("imageless")}-disk-0`;
  await rename(image, "elsewhere");
  const happen = (change: ["migrate", number, string] | ["removeGuest", number]) =>
    simulator.faults.add({ route: LIST, times: 1, effect: { do: "change", change } });
  happen(["migrate", vmidOf("migrating"), "pve3"]);
  happen(["removeGuest", vmidOf("deleted")]);
  simulator.journal.clear();

  const { report } = await arena.backup();
  expect(report).toMatchObject({ exit: 3, totals: { done: 3, incremental: 3, failed: 0 } });
  expect(Object.keys(modes(report))).toEqual(expect.arrayContaining(["well/scsi0", "locked/scsi0", "migrating/scsi0"]));
  // What Proxmox is busy with may be in the middle of anything; it is backed up, and the report says so.
  const locked = report.jobs.find(({ subject }) => subject.guest === "locked");
  const because = "Proxmox has it locked: migrate";
  expect(locked?.consistency).toMatchObject({ kind: "crash-consistent", because });
  const said = new Map(report.failures.map(({ about, failure }) => [about, failure.message]));
  expect([...said.keys()].toSorted()).toEqual(["deleted", "garbled", "imageless", "on-dead-node"].map(labelOf));
  const why = (name: string) => said.get(labelOf(name));
  expect(why("deleted")).toBe("it was deleted while the guests were read");
  expect(why("garbled")).toContain("unable to parse value of 'scsi0'");
  expect(why("imageless")).toBe(`image ${image} does not exist in pool ${arena.pool}`);
  expect(why("on-dead-node")).toContain("595");
  for (const name of names) {
    const done = ["well", "locked", "migrating"].includes(name);
    expect([name, await pointsOf(name)]).toEqual([name, done ? 1 : 2]);
  }
  expect(simulator.journal.requests.map(({ node }) => node)).not.toContain("pve1");

  // Back again they go on from where they stood.
  simulator.faults.clear();
  await changes.setNode("pve1", true);
  await rename("elsewhere", image);
  const healed = await arena.backup();
  expect(troubles(healed.report)).toEqual([]);
  expect(healed.report).toMatchObject({ exit: 0, totals: { incremental: names.length - 1, full: 0 } });
  for (const name of names) expect([name, await pointsOf(name)]).toEqual([name, name === "deleted" ? 2 : 1]);
  await arena.assertHonest();
});

test("when nobody answers for the cluster, nothing of it is touched", async () => {
  const arena = await openProxmoxArena({ profiles: [{ name: "quick", interval: 1000, count: 1 }] });
  const { chain } = await arena.addGuest({ vmid: 100, name: "web", disks: { scsi0: "fast" } });
  for (const _ of [1, 2]) expect((await arena.backup({ cleanup: "none" })).report.exit).toBe(0);
  for (const node of ["pve1", "pve2"]) await arena.simulator.cluster.changes.setNode(node, false);
  const { report } = await arena.backup();
  expect(report).toMatchObject({ exit: 3, totals: { planned: 0, removedBackup: 0, removedLive: 0 } });
  expect(report.failures).toMatchObject([
    { about: "px", failure: { message: expect.stringContaining("ECONNREFUSED") } },
  ]);
  expect(await arena.backupSnapshots(chain("scsi0"))).toHaveLength(2);
  expect(await arena.standing("fast:vm-100-disk-0")).toHaveLength(2);
});
