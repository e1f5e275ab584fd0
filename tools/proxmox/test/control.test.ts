import { expect, test } from "vitest";
import { connectSimulator } from "../src/index.ts";
import { DEMO, open, transitions } from "./client.ts";

test("another process changes things, adds faults, reads the journal", async () => {
  const scene = await open();
  const remote = connectSimulator(scene.simulator.access.control);
  await remote.change("addGuest", { ...DEMO, vmid: 200 });
  await remote.change("migrate", 100, "pve2");
  await remote.change("setAgent", 200, { filesystems: 5 });
  await remote.change("setNode", "pve2", false);
  expect(await scene.agent("fsfreeze-freeze", 200)).toBe(5);
  expect(await remote.state()).toEqual({
    name: "simulated",
    nodes: { pve1: "up", pve2: "down" },
    storages: [],
    guests: [
      { ...DEMO, node: "pve2", status: "running", agent: { running: true, filesystems: 2 }, frozen: 0, blocked: false },
      { ...DEMO, vmid: 200, status: "running", agent: { running: true, filesystems: 5 }, frozen: 5, blocked: false },
    ],
  });

  const id = await remote.addFault({ route: "GET /version", effect: { do: "refuse", status: 503, message: "busy" } });
  expect((await scene.ask("GET /version")).reason).toBe("busy");
  await remote.removeFault(id);
  expect((await scene.ask("GET /version")).status).toBe(200);
  await remote.addFault({ effect: { do: "drop" } });
  await remote.clearFaults();

  const log = await remote.log();
  expect(log.requests.map(({ path }) => path)).toEqual([
    "/nodes/pve1/qemu/200/agent/fsfreeze-freeze",
    "/version",
    "/version",
  ]);
  expect(log.transitions).toEqual(scene.simulator.journal.transitions);
  expect(transitions(scene)).toEqual(["200 frozen 5 command"]);
  await remote.clearLog();
  expect(await remote.log()).toEqual({ requests: [], transitions: [] });
});

test("what cannot be is said", async () => {
  const { simulator } = await open();
  const { control } = simulator.access;
  const remote = connectSimulator(control);
  await expect(remote.change("removeGuest", 7)).rejects.toThrow("the simulator says: there is no guest 7");
  await expect(remote.change("explode" as "revive", 7)).rejects.toThrow('there is no change "explode": addGuest, ');
  await expect(remote.change("toString" as "revive", 7)).rejects.toThrow('there is no change "toString"');
  const answer = await fetch(`${control}/nothing`);
  expect([answer.status, await answer.json()]).toMatchObject([
    404,
    { actions: expect.arrayContaining(["POST /change"]) },
  ]);
  expect((await fetch(`${control}/change`, { method: "POST", body: "{" })).status).toBe(400);
});

test("the control interface answers while every node is down", async () => {
  const { simulator, ask } = await open();
  const remote = connectSimulator(simulator.access.control);
  for (const node of ["pve1", "pve2"]) await remote.change("setNode", node, false);
  await expect(ask("GET /version")).rejects.toThrow(/ECONNREFUSED/);
  await remote.change("setNode", "pve1", true);
  expect((await ask("GET /version")).status).toBe(200);
});
