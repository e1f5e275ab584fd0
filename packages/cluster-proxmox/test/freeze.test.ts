import type { FoundGuest } from "@backurne/cluster";
import { describe, expect, it } from "vitest";
import { found } from "./found.ts";
import { open, type Scene } from "./hold.ts";
import { ODD } from "./vm.ts";

describe("a guest that is well", () => {
  it("is asked how it is, pinged, frozen, thawed, and asked whether it is thawed", async () => {
    const { vm, seen, calls, freeze } = await open();
    const frozen = await freeze();
    expect(vm.frozen).toBe(2);
    expect(seen.watchdogs).toBe(1);
    expect(await frozen.thaw()).toEqual({ held: true });
    expect(vm.frozen).toBe(0);
    expect(calls()).toEqual(["state", "ping", "freeze", "thaw", "status"]);
  });

  it("is thawed once, whoever asks for it and when", async () => {
    const { calls, freeze } = await open();
    const frozen = await freeze();
    const both = await Promise.all([frozen.thaw(), frozen.thaw()]);
    expect([...both, await frozen.thaw()]).toEqual([{ held: true }, { held: true }, { held: true }]);
    expect(calls()).toEqual(["state", "ping", "freeze", "thaw", "status"]);
  });
});

describe("a guest is not asked to freeze", () => {
  type Row = Scene & { guest?: FoundGuest; because: RegExp | string; calls: readonly string[] };
  const UNFREEZABLE = { kind: "unfreezable", because: "agent is off" } as const;
  const rows: Readonly<Record<string, Row>> = {
    paused: { vm: { qmpstatus: "paused" }, because: "it is paused", calls: ["state"] },
    "halted by an I/O error": { vm: { qmpstatus: "io-error" }, because: "it is paused", calls: ["state"] },
    "still migrating here": { vm: { qmpstatus: "inmigrate" }, because: "it is paused", calls: ["state"] },
    "being backed up by Proxmox": {
      vm: { lock: "backup" },
      because: "Proxmox has it locked: backup",
      calls: ["state"],
    },
    "being migrated": { vm: { lock: "migrate" }, because: "Proxmox has it locked: migrate", calls: ["state"] },
    stopped: { vm: { status: "stopped", qmpstatus: "stopped" }, because: "it is stopped", calls: ["state"] },
    gone: { vm: { node: undefined }, because: "it is gone", calls: ["state", "list"] },
    "a container now": { vm: { kind: "lxc" }, because: "it is gone", calls: ["state", "list"] },
    "with an agent that does not run": {
      odds: { ping: ODD.noAgent },
      because: /agent\/ping on .*: 500 QEMU guest agent is not running$/,
      calls: ["state", "ping"],
    },
    "with an agent that says nothing": {
      odds: { ping: ODD.silent },
      times: { ping: 200 },
      because: /agent\/ping on .*: no answer within 0.2 s$/,
      calls: ["state", "ping"],
    },
    "whose ping was cut off": { odds: { ping: ODD.lost }, because: /agent\/ping/, calls: ["state", "ping"] },
    "in a state nobody knows": {
      odds: { state: () => ({ status: 500, message: "no such thing" }) },
      because: /status\/current on .*: 500 no such thing$/,
      calls: ["state"],
    },
    "not where the cluster says it is": {
      odds: { state: () => ({ status: 500, message: "Configuration file 'x/100.conf' does not exist" }) },
      because: /500 Configuration file 'x\/100.conf' does not exist$/,
      calls: ["state", "list"],
    },
    "listed as stopped": { guest: found({ kind: "stopped" }), because: "it is stopped", calls: [] },
    "not to be frozen": { guest: found(UNFREEZABLE), because: "agent is off", calls: [] },
    "a container": { guest: found({ kind: "freezable" }, "lxc"), because: "it has no agent", calls: [] },
  };

  it.each(Object.entries(rows))("%s", async (_, { guest = found(), because, calls: expected, ...scene }) => {
    const { cluster, seen, calls } = await open(scene);
    const answer = await cluster.freeze(guest);
    expect(answer).toEqual({ frozen: false, because: matching(because) });
    expect(calls()).toEqual(expected);
    expect(seen.watchdogs).toBe(0);
  });

  it("when its watchdog cannot be started", async () => {
    const { cluster, calls } = await open({
      whenGuarded: () => {
        throw new Error("no more processes");
      },
    });
    expect(await cluster.freeze(found())).toEqual({ frozen: false, because: "no more processes" });
    expect(calls()).toEqual(["state", "ping"]);
  });
});

describe("a freeze that goes wrong is undone", () => {
  type Row = Scene & { because: RegExp | string; end?: readonly string[] };
  const blocked = () => ({ status: 500, message: "VM 100 qmp command 'guest-fsfreeze-thaw' failed - got timeout" });
  const rows: Readonly<Record<string, Row>> = {
    "taken, and never answered": {
      odds: { freeze: ODD.hung, thaw: [blocked, blocked, blocked] },
      times: { freeze: 500 },
      because: /fsfreeze-freeze on .*: no answer within 0.5 s$/,
      end: ["thaw", "state", "thaw", "state", "thaw", "state", "thaw", "status"],
    },
    "taken, never answered, and a first thaw that changes nothing": {
      odds: { freeze: ODD.hung, thaw: [ODD.says(0)] },
      times: { freeze: 500 },
      because: /no answer within 0.5 s$/,
      end: ["thaw", "status", "thaw", "status"],
    },
    "neither taken nor answered": { odds: { freeze: ODD.silent }, times: { freeze: 500 }, because: /no answer within/ },
    "done, and its answer lost": { odds: { freeze: ODD.lost }, because: /^POST .*fsfreeze-freeze on / },
    "cut off before it was done": { odds: { freeze: ODD.dropped }, because: /^POST .*fsfreeze-freeze on / },
    "done, and a gateway gave up": {
      odds: { freeze: (act) => (act(), { status: 596, message: "Connection timed out" }) },
      because: /596 Connection timed out$/,
    },
    "of no filesystem": { vm: { filesystems: 0 }, because: "its agent froze no filesystem" },
    "that the agent refuses": {
      odds: { freeze: ODD.fails("failed to freeze /mnt:\nbusy") },
      because: "the guest agent says: failed to freeze /mnt:\\x0abusy",
    },
    "answered in another form": { odds: { freeze: ODD.says("2") }, because: /in another form than expected/ },
    "of a guest that stops meanwhile": {
      odds: { freeze: (_, vm) => ((vm.status = "stopped"), { status: 500, message: "VM 100 is not running" }) },
      because: /500 VM 100 is not running$/,
      end: ["thaw", "state"],
    },
    "of a guest that is deleted meanwhile": {
      odds: { freeze: (_, vm) => ((vm.node = undefined), { status: 500, message: "client closed connection" }) },
      because: /client closed connection$/,
      end: ["thaw", "list", "list"],
    },
  };

  it.each(Object.entries(rows))("%s", async (_, { because, end = ["thaw", "status"], ...scene }) => {
    const { cluster, vm, calls } = await open(scene);
    expect(await cluster.freeze(found())).toEqual({ frozen: false, because: matching(because) });
    expect(vm.frozen).toBe(0);
    expect(calls()).toEqual(["state", "ping", "freeze", ...end]);
  });

  it.each([
    [401, "permission denied - invalid token"],
    [403, "Permission check failed (/vms/100, VM.GuestAgent.FileSystemMgmt)"],
  ])("only if the agent can have heard of it: not after %i", async (status, message) => {
    const { cluster, calls } = await open({ odds: { freeze: () => ({ status, message }) } });
    const because = expect.stringContaining(`${status} ${message}`);
    expect(await cluster.freeze(found())).toEqual({ frozen: false, because });
    expect(calls()).toEqual(["state", "ping", "freeze"]);
  });

  it("only if the agent can have heard of it: not when nobody listens any more", async () => {
    const { cluster, calls } = await open({ whenGuarded: (server) => server.close() });
    const because = expect.stringContaining("ECONNREFUSED");
    expect(await cluster.freeze(found())).toEqual({ frozen: false, because });
    expect(calls()).toEqual(["state", "ping"]);
  });
});

describe("an abort", () => {
  const rows: Readonly<Record<string, (stop: () => void) => Scene>> = {
    "before anything": (stop) => (stop(), {}),
    "while the agent is pinged": (stop) => ({ odds: { ping: (act) => (stop(), act()) } }),
    "while the watchdog is started": (stop) => ({ whenGuarded: stop }),
  };
  it.each(Object.entries(rows))("%s: nothing is frozen, and nothing thawed", async (_, sceneOf) => {
    const stop = new AbortController();
    const { cluster, calls } = await open(sceneOf(() => stop.abort(new Error("stopped"))));
    expect(await cluster.freeze(found(), stop.signal)).toEqual({ frozen: false, because: "stopped" });
    expect(calls().filter((call) => call === "freeze" || call === "thaw")).toEqual([]);
  });

  it("while it is frozen: the command is not cut off, so that nobody has to guess what it did", async () => {
    const stop = new AbortController();
    const { cluster, vm, calls } = await open({ odds: { freeze: (act) => (stop.abort(), act()) } });
    const frozen = await cluster.freeze(found(), stop.signal);
    expect(frozen).toMatchObject({ frozen: true });
    if (frozen.frozen) expect(await frozen.thaw()).toEqual({ held: true });
    expect(vm.frozen).toBe(0);
    expect(calls()).toEqual(["state", "ping", "freeze", "thaw", "status"]);
  });
});

function matching(text: RegExp | string): unknown {
  return typeof text === "string" ? text : expect.stringMatching(text);
}
