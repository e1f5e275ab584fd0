import type { Stillness } from "@backurne/cluster";
import { describe, expect, it } from "vitest";
import { found } from "./found.ts";
import { open, type Scene } from "./hold.ts";
import { ODD } from "./vm.ts";

describe("what a run that is gone left behind", () => {
  type Row = Scene & { answer: object; calls: readonly string[] };
  const thawed = ["list", "state", "status", "thaw", "status"];
  const stuck = (because: RegExp) => ({ held: false, stuck: true, because: expect.stringMatching(because) });
  const rows: Readonly<Record<string, Row>> = {
    frozen: { vm: { frozen: 2 }, answer: { held: true }, calls: thawed },
    "frozen, on another node": {
      vm: { frozen: 2, node: "pve2" },
      answer: { held: true },
      calls: ["list", "state pve2", "status pve2", "thaw pve2", "status pve2"],
    },
    thawed: { answer: { held: false }, calls: ["list", "state", "status"] },
    stopped: { vm: { status: "stopped" }, answer: { held: false }, calls: ["list", "state"] },
    gone: { vm: { node: undefined }, answer: { held: false }, calls: ["list"] },
    "gone, and a container has its number": { vm: { kind: "lxc" }, answer: { held: false }, calls: ["list"] },
    "frozen, and silent for a while": {
      vm: { frozen: 2 },
      odds: { status: [ODD.noAgent], thaw: [ODD.noAgent] },
      answer: { held: true },
      calls: ["list", "state", "status", "thaw", "state", "thaw", "status"],
    },
    silent: {
      vm: { frozen: 2 },
      odds: { status: ODD.noAgent, thaw: ODD.noAgent },
      times: { thawing: 0 },
      answer: stuck(/fsfreeze-thaw on .*: 500 QEMU guest agent is not running$/),
      calls: ["list", "state", "status", "thaw", "state"],
    },
    "frozen, and paused": {
      vm: { frozen: 2, qmpstatus: "paused" },
      times: { thawing: 0 },
      answer: stuck(/500 QEMU guest agent is not running$/),
      calls: ["list", "state", "status", "thaw", "state"],
    },
    "in a cluster that cannot be listed": {
      odds: { list: () => ({ status: 500, message: "no such thing" }) },
      answer: stuck(/^GET \/cluster\/resources on .*: 500 no such thing$/),
      calls: ["list"],
    },
  };

  it.each(Object.entries(rows))("%s", async (_, { answer, calls: expected, ...scene }) => {
    const { cluster, vm, seen, calls } = await open(scene);
    const { frozen } = vm;
    expect(await cluster.thaw(100)).toEqual(answer);
    expect(calls()).toEqual(expected);
    expect(vm.frozen).toBe("stuck" in answer ? frozen : 0);
    expect(seen.watchdogs).toBe(0);
  });
});

describe("how a guest is at this moment", () => {
  const FREEZABLE: Stillness = { kind: "freezable" };
  const STOPPED: Stillness = { kind: "stopped" };
  const OFF: Stillness = { kind: "unfreezable", because: "agent is off" };
  const PAUSED: Stillness = { kind: "unfreezable", because: "it is paused" };

  it.each<[string, Scene["vm"], Stillness, Stillness]>([
    ["runs as listed", {}, FREEZABLE, FREEZABLE],
    ["was started", {}, STOPPED, FREEZABLE],
    ["runs, not to be frozen", {}, OFF, OFF],
    ["was stopped", { status: "stopped" }, FREEZABLE, STOPPED],
    ["was stopped, not to be frozen", { status: "stopped" }, OFF, STOPPED],
    ["was deleted", { node: undefined }, FREEZABLE, STOPPED],
    ["was paused", { qmpstatus: "paused" }, FREEZABLE, PAUSED],
    ["was started and paused", { qmpstatus: "paused" }, STOPPED, PAUSED],
  ])("%s", async (_, vm, listed, now) => {
    const { cluster } = await open({ vm });
    expect(await cluster.stillness(found(listed))).toEqual(now);
  });

  it("is what the listing says of a container", async () => {
    const { cluster, calls } = await open();
    expect(await cluster.stillness(found(OFF, "lxc"))).toEqual(OFF);
    expect(calls()).toEqual([]);
  });

  it("is an error when nobody says", async () => {
    const { cluster } = await open({ odds: { state: () => ({ status: 500, message: "no such thing" }) } });
    await expect(cluster.stillness(found())).rejects.toThrow(/500 no such thing$/);
  });
});
