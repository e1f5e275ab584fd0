import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { ConfigChanges } from "../src/model.ts";
import { DEMO, open, transitions, type Scene } from "./client.ts";

const NOT_RUNNING = "500 QEMU guest agent is not running";
const DISABLED = "Command guest-fsfreeze-freeze has been disabled: the agent is in frozen state";
const TOO_LATE = "couldn't hold writes: fsfreeze is limited up to 10 seconds: ";

const error = (desc: string) => ({ error: { class: expect.any(String), desc } });

test("freezes, says so, thaws as many, and then has nothing to thaw", async () => {
  const { agent, simulator } = await open({ guests: [{ ...DEMO, agent: { filesystems: 3 } }] });
  const guest = simulator.cluster.guests.get(100);
  expect(await agent("ping")).toEqual({});
  expect(await agent("fsfreeze-status")).toBe("thawed");
  expect(await agent("fsfreeze-freeze")).toBe(3);
  expect(guest?.agent.frozen).toBe(3);
  expect(await agent("fsfreeze-status")).toBe("frozen");
  expect(await agent("ping")).toEqual({});
  expect(await agent("fsfreeze-freeze")).toEqual(error(DISABLED));
  expect(await agent("fsfreeze-thaw")).toBe(3);
  expect(guest?.agent.frozen).toBe(0);
  expect(await agent("fsfreeze-thaw")).toBe(0);
  expect(transitions({ simulator })).toEqual(["100 frozen 3 command", "100 thawed 3 command"]);
});

test("a guest without filesystems is never frozen", async () => {
  const { agent, simulator } = await open({ guests: [{ ...DEMO, agent: { filesystems: 0 } }] });
  expect(await agent("fsfreeze-freeze")).toBe(0);
  expect(await agent("fsfreeze-status")).toBe("thawed");
  expect(transitions({ simulator })).toEqual([]);
});

test("every guest has its own", async () => {
  const { agent, simulator } = await open({ guests: [DEMO, { ...DEMO, vmid: 200 }] });
  await agent("fsfreeze-freeze", 200);
  expect(await Promise.all([100, 200].map((vmid) => agent("fsfreeze-status", vmid)))).toEqual(["thawed", "frozen"]);
  expect(transitions({ simulator })).toEqual(["200 frozen 2 command"]);
});

describe("nobody answers", () => {
  type Changes = Scene["simulator"]["cluster"]["changes"];
  const without: ConfigChanges = { agent: null };

  test.each<[string, (changes: Changes) => void, string]>([
    ["no agent in the configuration", (c) => c.setConfig(100, without), "500 No QEMU guest agent configured"],
    ["stopped", (c) => c.setStatus(100, "stopped"), "500 VM 100 is not running"],
    ["paused", (c) => c.setStatus(100, "paused"), NOT_RUNNING],
    ["no agent in the guest", (c) => c.setAgent(100, { running: false }), NOT_RUNNING],
    [
      "the agent is off, and none is in the guest",
      (c) => (c.setConfig(100, { agent: "0" }), c.setAgent(100, { running: false })),
      NOT_RUNNING,
    ],
    ["gone", (c) => c.removeGuest(100), "500 Configuration file 'nodes/pve1/qemu-server/100.conf' does not exist"],
    [
      "migrated",
      (c) => c.migrate(100, "pve2"),
      "500 Configuration file 'nodes/pve1/qemu-server/100.conf' does not exist",
    ],
  ])("where a guest is: %s", async (_, change, message) => {
    const { agent, simulator } = await open();
    change(simulator.cluster.changes);
    for (const command of ["ping", "fsfreeze-freeze", "fsfreeze-thaw", "fsfreeze-status"]) {
      await expect(agent(command)).rejects.toThrow(message);
    }
    expect(transitions({ simulator })).toEqual([]);
  });

  test("in a container", async () => {
    const { agent } = await open({ guests: [{ vmid: 100, kind: "lxc", node: "pve1", config: {} }] });
    await expect(agent("ping")).rejects.toThrow("500 Configuration file 'nodes/pve1/qemu-server/100.conf'");
  });

  test("Proxmox waits a while before it says that the agent is not running", async () => {
    const { agent, simulator } = await open({ times: { ping: 60_000 } });
    simulator.cluster.changes.setStatus(100, "paused");
    const answered = agent("ping").then(
      () => true,
      () => true,
    );
    expect(await Promise.race([answered, sleep(100, false)])).toBe(false);
  });
});

describe("a frozen guest", () => {
  async function frozen(agent = {}) {
    const scene = await open({ guests: [{ ...DEMO, agent }] });
    await scene.agent("fsfreeze-freeze");
    return scene;
  }

  test("takes its state along when it migrates", async () => {
    const { data, simulator } = await frozen();
    simulator.cluster.changes.migrate(100, "pve2");
    const path = "POST /nodes/pve2/qemu/100/agent/fsfreeze-thaw";
    expect(await data(path, { form: {} })).toEqual({ result: 2 });
  });

  test.each(["stopped", "removed"])("is thawed when it is %s", async (how) => {
    const scene = await frozen();
    const { changes } = scene.simulator.cluster;
    if (how === "removed") changes.removeGuest(100);
    else changes.setStatus(100, "stopped");
    expect(transitions(scene)).toEqual(["100 frozen 2 command", "100 thawed 2 stop"]);
    if (how === "removed") return;
    changes.setStatus(100, "running");
    expect(await scene.agent("fsfreeze-status")).toBe("thawed");
  });

  test("with Windows goes on by itself: only the next thaw tells, by an error", async () => {
    const scene = await frozen({ selfThaw: 20 });
    while (scene.simulator.journal.transitions.length < 2) await sleep(1);
    expect(transitions(scene)).toEqual(["100 frozen 2 command", "100 thawed 2 itself"]);
    expect(await scene.agent("fsfreeze-status")).toBe("frozen");
    expect(await scene.agent("fsfreeze-thaw")).toEqual(error(TOO_LATE));
    expect(await scene.agent("fsfreeze-status")).toBe("thawed");
    expect(await scene.agent("fsfreeze-thaw")).toBe(0);
  });

  test("with Windows, thawed in time, does not thaw again", async () => {
    const scene = await frozen({ selfThaw: 20 });
    expect(await scene.agent("fsfreeze-thaw")).toBe(2);
    scene.simulator.cluster.changes.setAgent(100, { selfThaw: undefined });
    await scene.agent("fsfreeze-freeze");
    await sleep(60);
    expect(scene.simulator.cluster.guests.get(100)?.agent.frozen).toBe(2);
  });
});

describe("the hour in which an agent took a command and died", () => {
  const FREEZE = "POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-freeze";

  test("the guest is frozen, the web server gives up early, and nobody reaches the agent", async () => {
    const scene = await open();
    const { simulator, agent } = scene;
    simulator.faults.add({ route: FREEZE, times: 1, effect: { do: "hang" } });
    await expect(agent("fsfreeze-freeze")).rejects.toThrow("596 Connection timed out");
    expect(simulator.cluster.guests.get(100)?.agent).toMatchObject({ frozen: 2, blocked: true });
    for (const command of ["ping", "fsfreeze-thaw", "fsfreeze-status"])
      await expect(agent(command)).rejects.toThrow(NOT_RUNNING);
    simulator.cluster.changes.revive(100);
    expect(await agent("fsfreeze-status")).toBe("frozen");
    expect(await agent("fsfreeze-thaw")).toBe(2);
    expect(transitions(scene)).toEqual(["100 frozen 2 command", "100 thawed 2 command"]);
  });

  test("ends by itself, and whoever still waits is told", async () => {
    const { simulator, agent } = await open({ times: { proxy: 60_000, command: 50 } });
    simulator.faults.add({ route: FREEZE, times: 1, effect: { do: "hang" } });
    await expect(agent("fsfreeze-freeze")).rejects.toThrow(
      "500 VM 100 qmp command 'guest-fsfreeze-freeze' failed - got timeout",
    );
    expect(await agent("ping")).toEqual({});
  });

  test("may have begun before the guest froze", async () => {
    const scene = await open();
    scene.simulator.faults.add({ route: FREEZE, times: 1, effect: { do: "hang", when: "before" } });
    await expect(scene.agent("fsfreeze-freeze")).rejects.toThrow("596");
    expect(transitions(scene)).toEqual([]);
    await expect(scene.agent("ping")).rejects.toThrow(NOT_RUNNING);
  });

  test("ends with a restart of the guest", async () => {
    const { simulator, agent } = await open();
    simulator.faults.add({ route: FREEZE, times: 1, effect: { do: "hang" } });
    await expect(agent("fsfreeze-freeze")).rejects.toThrow("596");
    simulator.cluster.changes.setStatus(100, "stopped");
    simulator.cluster.changes.setStatus(100, "running");
    expect(await agent("fsfreeze-status")).toBe("thawed");
  });
});
