import { describe, expect, it } from "vitest";
import { found } from "./found.ts";
import { open, watchdogsEnd, type Scene } from "./hold.ts";
import { ODD } from "./vm.ts";

describe("a thaw", () => {
  type Row = Scene & { because?: RegExp | string; end?: readonly string[] };
  const ENDED = "its agent froze 2 filesystems and did not say how many filesystems it thawed";
  const rows: Readonly<Record<string, Row>> = {
    "of as many filesystems as were frozen": {},
    "of none: Windows had thawed by itself": {
      odds: { thaw: (_, vm) => ((vm.frozen = 0), { data: { result: 0 } }) },
      because: "it had thawed by itself",
    },
    "of none, and Windows says why first": {
      odds: { thaw: [ODD.fails("fsfreeze is limited up to 10 seconds"), (_, vm) => ((vm.frozen = 0), ODD.says(0)())] },
      because: "it had thawed by itself",
      end: ["thaw", "state", "thaw", "status"],
    },
    "of fewer": {
      odds: { thaw: (act) => (act(), { data: { result: 1 } }) },
      because: "its agent froze 2 filesystems and thawed 1",
    },
    "of more": {
      odds: { thaw: (act) => (act(), { data: { result: 3 } }) },
      because: "its agent froze 2 filesystems and thawed 3",
    },
    "that fails three times and then works": {
      odds: { thaw: [ODD.noAgent, ODD.dropped, () => ({ status: 596 })] },
      end: ["thaw", "state", "thaw", "state", "thaw", "state", "thaw", "status"],
    },
    "that was done, and its answer lost: nobody knows how many": {
      odds: { thaw: [ODD.lost] },
      because: "it had thawed by itself",
      end: ["thaw", "state", "thaw", "status"],
    },
    "that is not answered": {
      odds: { thaw: [ODD.silent] },
      times: { thaw: 1_000 },
      end: ["thaw", "state", "thaw", "status"],
    },
    "that changes nothing is not believed": {
      odds: { thaw: [ODD.says(2)] },
      end: ["thaw", "status", "thaw", "status"],
    },
    "is not believed without a look": {
      odds: { status: [ODD.noAgent] },
      end: ["thaw", "status", "state", "thaw", "status"],
    },
    "of a guest that was stopped": {
      odds: { thaw: (_, vm) => ((vm.status = "stopped"), ODD.noAgent()) },
      because: ENDED,
      end: ["thaw", "state"],
    },
    "of a guest that was deleted": {
      odds: { thaw: (act, vm) => ((vm.node = undefined), act()) },
      because: ENDED,
      end: ["thaw", "list", "list"],
    },
  };

  it.each(Object.entries(rows))("%s", async (_, { because, end = ["thaw", "status"], ...scene }) => {
    const { vm, calls, freeze } = await open(scene);
    const frozen = await freeze();
    const thawed = await frozen.thaw();
    expect(thawed).toEqual(because === undefined ? { held: true } : { held: false, because });
    expect(await frozen.thaw()).toBe(thawed);
    expect(calls()).toEqual(["state", "ping", "freeze", ...end]);
    // What is off holds nothing still.
    if (vm.node !== undefined && vm.status === "running") expect(vm.frozen).toBe(0);
  });

  it("that never works is given up, and the watchdog goes on until it does", async () => {
    const { vm, odds, calls, freeze } = await open({ odds: { thaw: ODD.noAgent }, times: { thawing: 50 } });
    const thawed = await (await freeze()).thaw();
    expect(thawed).toEqual({
      held: false,
      stuck: true,
      because: expect.stringMatching(
        /^it could not be thawed: POST .*fsfreeze-thaw on .*: 500 QEMU guest agent is not/,
      ),
    });
    expect(vm.frozen).toBe(2);
    delete odds.thaw;
    await watchdogsEnd();
    expect(vm.frozen).toBe(0);
    expect(calls().slice(-2)).toEqual(["thaw", "status"]);
  });
});

describe("a freeze that is stuck", () => {
  it("says so, and the watchdog goes on until the agent is back", async () => {
    const { vm, odds, cluster } = await open({
      odds: { freeze: ODD.hung, thaw: ODD.noAgent },
      times: { freeze: 500, thawing: 50 },
    });
    expect(await cluster.freeze(found())).toEqual({
      frozen: false,
      stuck: true,
      because: expect.stringMatching(
        /no answer within 0.5 s; it could not be thawed: .*QEMU guest agent is not running/,
      ),
    });
    delete odds.thaw;
    await watchdogsEnd();
    expect(vm.frozen).toBe(0);
  });
});

describe("a guest that moves", () => {
  it("before it is frozen is frozen where it is", async () => {
    const { vm, calls, freeze } = await open({ vm: { node: "pve2" } });
    const frozen = await freeze();
    expect(vm.frozen).toBe(2);
    expect(await frozen.thaw()).toEqual({ held: true });
    const there = ["state pve2", "ping pve2", "freeze pve2", "thaw pve2", "status pve2"];
    expect(calls()).toEqual(["state", "list", ...there]);
  });

  it("while it stands still is thawed where it is", async () => {
    const { vm, calls, freeze } = await open();
    const frozen = await freeze();
    vm.node = "pve2";
    expect(await frozen.thaw()).toEqual({ held: true });
    expect(vm.frozen).toBe(0);
    expect(calls()).toEqual(["state", "ping", "freeze", "thaw", "list", "thaw pve2", "status pve2"]);
  });

  it("again, between two tries, is followed", async () => {
    const { vm, calls, freeze } = await open({
      odds: { thaw: [(act) => act(), (_, moving) => ((moving.node = "pve3"), ODD.noAgent())] },
    });
    const frozen = await freeze();
    vm.node = "pve2";
    expect(await frozen.thaw()).toEqual({ held: true });
    const first = ["thaw", "list", "thaw pve2", "state pve2", "list", "state pve3"];
    expect(calls().slice(3)).toEqual([...first, "thaw pve3", "status pve3"]);
  });

  it("because its node died is followed too", async () => {
    const { vm, calls, freeze } = await open();
    const frozen = await freeze();
    Object.assign(vm, { down: "pve1", node: "pve2", frozen: 0 });
    expect(await frozen.thaw()).toEqual({ held: false, because: "it had thawed by itself" });
    expect(calls().slice(3)).toEqual(["thaw", "list", "thaw pve2", "status pve2"]);
  });
});
