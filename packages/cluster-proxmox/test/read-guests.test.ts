import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { readGuests, splitTags } from "../src/read-guests.ts";
import { afterListing, connect, proxmox, type Machine } from "./proxmox.ts";
import type { Handler } from "./server.ts";

/** VMs called web1, web2, …, from 100 on. */
function fleet(count: number, changes: Partial<Machine> = {}): Machine[] {
  return Array.from({ length: count }, (_, at) => ({ vmid: 100 + at, name: `web${at + 1}`, ...changes }));
}

describe("a guest", () => {
  it.each<[string, Machine, object]>([
    [
      "named",
      { vmid: 100, name: "web01" },
      { vmid: 100, kind: "qemu", node: "pve1", status: "running", name: "web01" },
    ],
    ["with tags", { vmid: 100, tags: "db;gold, old x" }, { tags: ["db", "gold", "old", "x"] }],
    ["in a pool", { vmid: 100, pool: "customers" }, { pool: "customers" }],
    ["without tags", { vmid: 100 }, { tags: [] }],
    // A node that reports late lists its guests without their names and states.
    ["unnamed in the list", { vmid: 100, status: "unknown", config: { name: "web01" } }, { name: "web01" }],
    ["renamed since", { vmid: 100, name: "old", config: { name: "new" } }, { name: "new" }],
    ["tagged since", { vmid: 100, tags: "old", config: { tags: "new;newer" } }, { tags: ["new", "newer"] }],
    ["unnamed", { vmid: 100 }, { name: "vm100" }],
    ["unnamed anywhere", { vmid: 100, name: "", config: { name: "" } }, { name: "vm100" }],
    [
      "a container",
      { vmid: 7, kind: "lxc", name: "ct", config: { hostname: "dns1", name: "no" } },
      { kind: "lxc", name: "dns1" },
    ],
    ["stopped", { vmid: 100, status: "stopped" }, { status: "stopped" }],
    ["locked", { vmid: 100, config: { lock: "migrate" } }, { config: { digest: "d100", lock: "migrate" } }],
    ["a template", { vmid: 100, config: { template: 1 } }, { config: { digest: "d100", template: 1 } }],
  ])("%s is read as it is now", async (_, machine, read) => {
    const { client } = await connect(proxmox({ guests: [machine] }));
    const { guests, blind, names } = await readGuests(client);
    expect(guests).toMatchObject([read]);
    expect(blind).toEqual([]);
    expect(names).toEqual(new Map([[machine.vmid, guests[0]?.name]]));
  });

  it("may be neither VM nor container: it is passed over", async () => {
    const rows = [{ type: "openvz", vmid: 1, node: "pve1", status: "running" }];
    const { client, server } = await connect(() => ({ data: rows }));
    expect(await readGuests(client)).toMatchObject({ guests: [], blind: [] });
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    [null],
    [{}],
    [[{ type: "qemu", vmid: 1 }]],
    [[{ type: "qemu", node: "pve1" }]],
    [[{ type: "qemu", node: "pve1", vmid: "x" }]],
  ])("in a list like %j ends the listing: who is missing would seem gone", async (data) => {
    const { client } = await connect(() => ({ data }));
    await expect(readGuests(client)).rejects.toThrow(/listed its guests in another form/);
  });

  it("is read once, and all come in the order of the list", async () => {
    const guests = fleet(100);
    const { client, server } = await connect(async (request) => {
      await sleep(Number(/\/(\d+)\/config/.exec(request.path)?.[1] ?? 0) % 7);
      return proxmox({ guests })(request);
    });
    expect((await readGuests(client)).guests.map(({ vmid }) => vmid)).toEqual(guests.map(({ vmid }) => vmid));
    expect(server.seen).toHaveLength(101);
    expect(new Set(server.paths()).size).toBe(101);
  });
});

describe("between the list and its configuration", () => {
  it("a guest that migrates is found where it is now, in one more list for all of them", async () => {
    const guests = fleet(20);
    const handler = afterListing(proxmox({ guests }), (times) => {
      if (times === 1) for (const machine of guests.slice(0, 5)) machine.node = "pve2";
    });
    const { client, server } = await connect(handler);
    const read = await readGuests(client);
    expect(read.blind).toEqual([]);
    expect(new Set(read.guests.map(({ vmid }) => vmid))).toEqual(new Set(guests.map(({ vmid }) => vmid)));
    expect(read.guests).toHaveLength(20);
    expect(read.guests.filter(({ node }) => node === "pve2").map(({ vmid }) => vmid)).toEqual([
      100, 101, 102, 103, 104,
    ]);
    expect(server.seen).toHaveLength(2 + 20 + 5);
  });

  it("a guest that never stays is reported, and asked for twice at most", async () => {
    const guests = fleet(3);
    const [restless] = guests as [Machine];
    const handler = afterListing(proxmox({ guests }), (times) => (restless.node = `pve${times + 1}`));
    const { client, server } = await connect(handler);
    const read = await readGuests(client);
    expect(read.guests.map(({ vmid }) => vmid)).toEqual([101, 102]);
    expect(read.blind).toEqual([
      { about: "web1 (100)", vmid: 100, because: "it is not on pve2, where the cluster says it is" },
    ]);
    expect(server.seen).toHaveLength(2 + 3 + 1);
  });

  it("a container that migrates is found too", async () => {
    const guests: Machine[] = [{ vmid: 200, kind: "lxc", name: "dns1" }];
    const { client } = await connect(afterListing(proxmox({ guests }), () => ((guests[0] as Machine).node = "pve2")));
    expect(await readGuests(client)).toMatchObject({ guests: [{ vmid: 200, node: "pve2" }], blind: [] });
  });

  it("a guest that is deleted is reported, and its name troubles nobody", async () => {
    const guests = fleet(3, { name: "web" });
    const { client } = await connect(afterListing(proxmox({ guests }), (times) => times === 1 && guests.shift()));
    const read = await readGuests(client);
    expect(read.guests.map(({ vmid }) => vmid)).toEqual([101, 102]);
    expect(read.blind).toEqual([
      { about: "web (100)", vmid: 100, because: "it was deleted while the guests were read" },
    ]);
    expect([...read.names.keys()]).toEqual([101, 102]);
  });

  it.each<[string, Machine["says"], RegExp]>([
    ["is refused", { status: 403, message: "Permission check failed (/vms/101, VM.Audit)" }, /403 Permission check/],
    ["cannot be locked", { status: 500, message: "can't lock file '/x' - got timeout" }, /500 can't lock file/],
    ["is of another form", { data: ["a"] }, /its configuration came in another form/],
    ["is nothing", { data: null }, /its configuration came in another form/],
    ["is cut off", (response) => response.end('{"data":{"scsi0":"ce'), /not the JSON it should be/],
    ["never comes whole", (response) => response.socket?.destroy(), /socket|closed|reset/],
  ])("a guest whose configuration %s is reported, and stops nobody, on its node neither", async (_, says, because) => {
    const guests = fleet(40);
    guests[1] = { vmid: 101, name: "web2", ...(says && { says }) };
    const { client } = await connect(proxmox({ guests }));
    const read = await readGuests(client);
    expect(read.guests.map(({ vmid }) => vmid)).toEqual(guests.map(({ vmid }) => vmid).filter((vmid) => vmid !== 101));
    expect(read.blind).toEqual([{ about: "web2 (101)", vmid: 101, because: expect.stringMatching(because) }]);
    expect(read.names.get(101)).toBe("web2");
  });
});

describe("a node", () => {
  const others = fleet(4);
  const lost = fleet(60)
    .slice(20)
    .map((machine) => ({ ...machine, node: "pve2" }));

  it.each<[string, Machine["says"], RegExp, number]>([
    // Each that is under way tries three times.
    ["that is down", { status: 595, message: "No route to host" }, /595 No route to host/, 3 * 16],
    ["that another waited for in vain", { status: 596, message: "Connection timed out" }, /596 Connection/, 3 * 16],
    ["that says nothing", () => undefined, /no answer within 3 s/, 16],
  ])("%s hides its guests, not the others, and is not asked for each", async (_, says, because, most) => {
    const silent = lost.map((machine) => ({ ...machine, ...(says && { says }) }));
    const { client, server } = await connect(proxmox({ guests: [...others, ...silent] }), { request: 3_000 });
    const read = await readGuests(client);
    expect(read.guests.map(({ vmid }) => vmid)).toEqual(others.map(({ vmid }) => vmid));
    expect(new Set(read.blind.map(({ vmid }) => vmid))).toEqual(new Set(lost.map(({ vmid }) => vmid)));
    expect(read.blind).toHaveLength(lost.length);
    for (const one of read.blind) expect(one.because).toMatch(because);
    expect(server.paths().filter((path) => path.includes("/nodes/pve2/")).length).toBeLessThanOrEqual(most);
  });

  it("that is down may not hide a list that cannot be had", async () => {
    const { client } = await connect(() => ({ status: 595, message: "No route to host" }));
    await expect(readGuests(client)).rejects.toThrow(/GET \/cluster\/resources .*595/);
  });

  it("that is down when guests are looked for again ends the reading", async () => {
    const guests = fleet(3);
    let lists = 0;
    const small = proxmox({ guests });
    const handler: Handler = (request) => {
      if (request.path.startsWith("/cluster/resources") && ++lists > 1) return { status: 403, message: "no" };
      return small(request);
    };
    const { client } = await connect(afterListing(handler, () => ((guests[0] as Machine).node = "pve2")));
    await expect(readGuests(client)).rejects.toThrow(/GET \/cluster\/resources .*403 no/);
  });
});

describe("1,000 guests", () => {
  it("are read with one request each and one list, sixteen at once", async () => {
    const guests = fleet(1_000, { config: { scsi0: "ceph:vm-100-disk-0" } });
    const small = proxmox({ guests });
    const open = gate(16);
    let [now, most] = [0, 0];
    const { client, server } = await connect(async (request) => {
      most = Math.max(most, ++now);
      if (request.path.endsWith("config?current=1")) await open();
      const reply = await small(request);
      now--;
      return reply;
    });
    expect((await readGuests(client)).guests).toHaveLength(1_000);
    expect(server.seen).toHaveLength(1_001);
    expect(most).toBe(16);
  }, 60_000);

  it.each([1_000, 10])("are left alone once the run is told to stop, as are %i", async (count) => {
    const stop = new AbortController();
    const small = proxmox({ guests: fleet(count) });
    const { client, server } = await connect(async (request) => {
      if (request.path.endsWith("/105/config?current=1")) stop.abort(new Error("stopped by hand"));
      return small(request);
    });
    await expect(readGuests(client, stop.signal)).rejects.toThrow("stopped by hand");
    await sleep(50);
    expect(server.seen.length).toBeLessThan(100);
  });
});

it.each([
  ["a;b", ["a", "b"]],
  [" a, b;;c ", ["a", "b", "c"]],
  ["", []],
  [";", []],
])("the tags %j are %j", (text, tags) => {
  expect(splitTags(text)).toEqual(tags);
});

/** Opens for good once so many wait, and those that might still come have had their time. */
function gate(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  return async () => {
    if (++waiting === count) setTimeout(resolve, 100);
    await promise;
  };
}
