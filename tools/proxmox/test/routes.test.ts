import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { GuestSettings, Storage } from "../src/index.ts";
import { DEMO, open } from "./client.ts";

const BOX: GuestSettings = {
  vmid: 101,
  kind: "lxc",
  node: "pve2",
  pool: "lab",
  config: {
    hostname: "box",
    rootfs: "ceph:vm-101-disk-0,size=8G",
    mp0: "ceph:vm-101-disk-1,mp=/data",
    tags: "db;prod",
  },
};
const CEPH: Storage = { storage: "ceph", type: "rbd", pool: "rbd", content: "images,rootdir", monhost: "127.0.0.1" };
const LOCAL: Storage = { storage: "local", type: "dir", path: "/var/lib/vz", content: "iso", disable: 1 };
const NETWORK: Storage = {
  storage: "net",
  type: "nfs",
  server: "192.0.2.9",
  export: "/x",
  content: "images",
  shared: 1,
};
const OPTIONS = { name: "lab", guests: [DEMO, BOX], storages: [CEPH, LOCAL, NETWORK] };

type Row = Readonly<Record<string, unknown>>;

describe("what the cluster says of itself", () => {
  test.each([
    ["GET /version", { version: "8.4.1", release: "8.4", repoid: expect.any(String) }],
    [
      "GET /storage",
      [CEPH, LOCAL, NETWORK].map((one) => ({ ...one, digest: expect.stringMatching(/^[0-9a-f]{40}$/) })),
    ],
    ["GET /storage?type=nfs", [{ ...NETWORK, digest: expect.any(String) }]],
    ["GET /access/permissions", { "/": expect.objectContaining({ "VM.Audit": 1 }) }],
    ["GET /access/permissions?path=/vms/100", { "/vms/100": expect.objectContaining({ "VM.Monitor": 1 }) }],
    [
      "GET /nodes",
      ["pve1", "pve2"].map((node) => ({ node, id: `node/${node}`, type: "node", status: "online", level: "" })),
    ],
  ])("%s", async (request, expected) => {
    expect(await (await open(OPTIONS)).data(request)).toEqual(expected);
  });

  test.each(["pve1", "pve2"])("asked at %s, the status knows where it is", async (node) => {
    const status = (await (await open(OPTIONS)).data("GET /cluster/status", { node })) as Row[];
    expect(status[0]).toMatchObject({ type: "cluster", name: "lab", nodes: 2, quorate: 1 });
    expect(status.filter(({ local }) => local === 1).map(({ name }) => name)).toEqual([node]);
  });

  test("lists guests of both kinds", async () => {
    const scene = await open(OPTIONS);
    const rows = (await scene.data("GET /cluster/resources?type=vm")) as Row[];
    expect(rows).toMatchObject([
      { id: "qemu/100", vmid: 100, type: "qemu", node: "pve1", name: "demo", status: "running", template: 0 },
      { id: "lxc/101", vmid: 101, type: "lxc", node: "pve2", name: "box", pool: "lab", tags: "db;prod" },
    ]);
    expect(rows[0]).not.toHaveProperty("tags");
    const all = (await scene.data("GET /cluster/resources")) as Row[];
    expect(all.map(({ type }) => type)).toEqual(["qemu", "lxc", "node", "node"]);
  });

  test("what Proxmox does not know", async () => {
    const { ask } = await open();
    const known = async (request: string) => {
      const { status, reason, text } = await ask(request, request.startsWith("POST") ? { form: {} } : {});
      return [`${status} ${reason}`, text === "" ? "" : (JSON.parse(text) as Row)["errors"]];
    };
    expect(await known("GET /nothing")).toEqual(["501 Method 'GET /nothing' not implemented", undefined]);
    expect(await known("POST /version")).toEqual(["501 Method 'POST /version' not implemented", undefined]);
    expect(await known("GET /cluster/resources?kind=vm")).toEqual([
      "400 Parameter verification failed.",
      { kind: expect.stringContaining("not defined in schema") },
    ]);
  });
});

describe("a guest's configuration", () => {
  const CONFIG = "GET /nodes/pve1/qemu/100/config";

  test("stands on its node only, with a digest that follows it", async () => {
    const { data, ask, simulator } = await open(OPTIONS);
    const { digest, ...config } = (await data(`${CONFIG}?current=1`)) as Row;
    expect(config).toEqual(DEMO.config);
    simulator.cluster.changes.setConfig(100, { scsi1: null, scsi17: "ceph:vm-100-disk-2" });
    const changed = (await data(`${CONFIG}?current=1`)) as Row;
    expect(changed).toMatchObject({ scsi17: "ceph:vm-100-disk-2" });
    expect(changed).not.toHaveProperty("scsi1");
    expect(changed["digest"]).not.toBe(digest);
    for (const [path, file] of [
      ["pve2/qemu/100", "pve2/qemu-server/100"],
      ["pve1/lxc/100", "pve1/lxc/100"],
      ["pve1/qemu/999", "pve1/qemu-server/999"],
    ]) {
      const { status, reason, text } = await ask(`GET /nodes/${path}/config`);
      const message = `Configuration file 'nodes/${file}.conf' does not exist`;
      expect([status, reason, text]).toEqual([500, message, JSON.stringify({ data: null, message: `${message}\n` })]);
    }
  });

  test("shows what waits for a restart, unless asked for what is", async () => {
    const { data, simulator } = await open();
    simulator.cluster.changes.setPending(100, { scsi1: null, memory: "4096" });
    expect(await data(`${CONFIG}?current=1`)).toMatchObject(DEMO.config);
    for (const request of [CONFIG, `${CONFIG}?current=0`]) {
      expect(await data(request)).toMatchObject({ memory: "4096", scsi0: expect.any(String) });
      expect(await data(request)).not.toHaveProperty("scsi1");
    }
    simulator.cluster.changes.setStatus(100, "stopped");
    expect(await data(`${CONFIG}?current=1`)).toMatchObject({ memory: "4096" });
    expect(await data(`${CONFIG}?current=1`)).not.toHaveProperty("scsi1");
  });

  test("of a container has its own route", async () => {
    const { data } = await open(OPTIONS);
    expect(await data("GET /nodes/pve2/lxc/101/config")).toMatchObject(BOX.config);
    expect(await data("GET /nodes/pve2/lxc/101/status/current")).toMatchObject({ vmid: 101, type: "lxc", name: "box" });
  });

  test.each([
    ["current=1&snapshot=x", 400, "Parameter verification failed."],
    ["snapshot=x", 500, "snapshot 'x' does not exist"],
  ])("refuses ?%s", async (query, status, reason) => {
    expect(await (await open()).ask(`${CONFIG}?${query}`)).toMatchObject({ status, reason });
  });
});

describe("changes", () => {
  test.each([
    ["running", "running", { status: "running", qmpstatus: "running", pid: 1100 }],
    ["paused", "paused", { status: "running", qmpstatus: "paused", pid: 1100 }],
    ["stopped", "stopped", { status: "stopped", qmpstatus: "stopped" }],
  ] as const)("a guest that is %s is listed as %s", async (to, listed, shown) => {
    const { data, simulator } = await open();
    simulator.cluster.changes.setStatus(100, to);
    expect(await data("GET /cluster/resources?type=vm")).toMatchObject([{ status: listed }]);
    expect(await data("GET /nodes/pve1/qemu/100/status/current")).toMatchObject({ ...shown, agent: 1, ha: {} });
  });

  test("renamed, migrated, tagged, locked, moved to another pool, removed", async () => {
    const { data, simulator } = await open(OPTIONS);
    const { changes } = simulator.cluster;
    changes.rename(100, "web");
    changes.rename(101, "tin");
    changes.migrate(100, "pve2");
    changes.setConfig(100, { tags: "a;b", lock: "backup" });
    changes.setPool(100, "prod");
    changes.setPool(101, null);
    const rows = (await data("GET /cluster/resources?type=vm")) as Row[];
    expect(rows).toMatchObject([
      { name: "web", node: "pve2", tags: "a;b", lock: "backup", pool: "prod" },
      { name: "tin" },
    ]);
    expect(rows[1]).not.toHaveProperty("pool");
    expect(await data("GET /nodes/pve2/qemu/100/status/current")).toMatchObject({ lock: "backup", name: "web" });
    changes.removeGuest(100);
    changes.removeStorage("ceph");
    expect(await data("GET /cluster/resources?type=vm")).toHaveLength(1);
    expect(await data("GET /storage")).toHaveLength(2);
  });

  test("that cannot be are refused", async () => {
    const { changes } = (await open()).simulator.cluster;
    expect(() => changes.migrate(100, "pve9")).toThrow("there is no node pve9: pve1, pve2");
    expect(() => changes.addGuest({ ...DEMO, vmid: 7, node: "pve9" })).toThrow("no node pve9");
    expect(() => changes.addGuest(DEMO)).toThrow("100 is already there");
    expect(() => changes.removeGuest(7)).toThrow("no guest 7");
  });
});

describe("a node that is down", () => {
  test("refuses connections, open ones end, and it comes back at the same port", async () => {
    const { ask, simulator } = await open();
    const asking = { node: "pve2" };
    expect((await ask("GET /version", asking)).status).toBe(200);
    simulator.faults.add({ route: "GET /nodes", effect: { do: "wait", ms: 60_000 } });
    const open2 = expect(ask("GET /nodes", asking)).rejects.toThrow();
    while (!simulator.journal.requests.some(({ path }) => path === "/nodes")) await sleep(1);
    await simulator.cluster.changes.setNode("pve2", false);
    await simulator.cluster.changes.setNode("pve2", false);
    await open2;
    await expect(ask("GET /version", asking)).rejects.toThrow(/ECONNREFUSED/);
    await simulator.cluster.changes.setNode("pve2", true);
    await simulator.cluster.changes.setNode("pve2", true);
    expect((await ask("GET /version", asking)).status).toBe(200);
  });

  test("is not reached by the others, and its guests are listed without what it would report", async () => {
    const { ask, data, simulator } = await open(OPTIONS);
    await simulator.cluster.changes.setNode("pve2", false);
    const answer = await ask("GET /nodes/pve2/lxc/101/config");
    expect([answer.status, answer.reason, answer.text]).toEqual([595, "No route to host", ""]);
    const [, row] = (await data("GET /cluster/resources?type=vm")) as Row[];
    expect(row).toEqual({
      id: "lxc/101",
      vmid: 101,
      node: "pve2",
      type: "lxc",
      status: "unknown",
      pool: "lab",
      tags: "db;prod",
    });
    expect(await data("GET /nodes")).toMatchObject([{ status: "online" }, { status: "offline" }]);
    expect(await data("GET /cluster/status")).toMatchObject([{ quorate: 0 }, { online: 1 }, { online: 0 }]);
  });

  test("is another thing than one that does not exist", async () => {
    const { status, reason } = await (await open()).ask("GET /nodes/pve9/qemu/100/config");
    expect(`${status} ${reason}`).toMatch(/^500 hostname lookup 'pve9' failed/);
  });
});

test("Proxmox closes the connection after an error, and keeps it after an answer", async () => {
  const { ask } = await open();
  expect((await ask("GET /version")).headers["connection"]).not.toBe("close");
  expect((await ask("GET /nothing")).headers["connection"]).toBe("close");
});

test("names in any script survive the status line", async () => {
  const { reason } = await (await open()).ask("GET /nodes/pve1/qemu/100/config?snapshot=%E5%86%99");
  expect(reason).toBe("snapshot '写' does not exist");
});
