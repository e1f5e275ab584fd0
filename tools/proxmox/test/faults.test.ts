import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Effect, Fault } from "../src/index.ts";
import { DEMO, open, transitions } from "./client.ts";

const FREEZE = "POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-freeze";
const THAW = "POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-thaw";
const CONFIG = "GET /nodes/{node}/qemu/{vmid}/config";
const LIST = "GET /cluster/resources";

/** What a freeze comes to, and whether the guest is frozen then. */
const FREEZES: readonly (readonly [string, Effect, RegExp | number | object, boolean])[] = [
  ["a refusal", { do: "refuse", status: 500, message: "no" }, /^500 no$/, false],
  ["a refusal, but it was done", { do: "refuse", status: 500, message: "no", when: "after" }, /^500 no$/, true],
  [
    "a missing permission",
    { do: "refuse", status: 403, message: "Permission check failed (/vms/100, VM.Monitor)" },
    /^403 P/,
    false,
  ],
  [
    "a gateway's error",
    { do: "refuse", status: 596, message: "Broken pipe", when: "after" },
    /^596 Broken pipe$/,
    true,
  ],
  [
    "an agent's error",
    { do: "complain", desc: "failed to freeze /" },
    { error: { class: "GenericError", desc: "failed to freeze /" } },
    false,
  ],
  [
    "an agent's error, but it was done",
    { do: "complain", desc: "late", when: "after" },
    { error: { class: "GenericError", desc: "late" } },
    true,
  ],
  ["a lost connection", { do: "drop" }, /socket|closed|ECONNRESET/, false],
  ["a lost connection, but it was done", { do: "drop", when: "after" }, /socket|closed|ECONNRESET/, true],
  ["a body that is cut", { do: "cut" }, /socket|closed|aborted|ECONNRESET/, true],
  ["a body that is cut neatly", { do: "cut", bytes: 9, tidy: true }, /JSON/, true],
  ["slowness", { do: "wait", ms: 1 }, 2, true],
];

test.each(FREEZES)("a freeze that ends in %s", async (_, effect, outcome, frozen) => {
  const scene = await open();
  scene.simulator.faults.add({ route: FREEZE, effect });
  const asked = scene.agent("fsfreeze-freeze");
  if (outcome instanceof RegExp) await expect(asked).rejects.toThrow(outcome);
  else expect(await asked).toEqual(outcome);
  expect(transitions(scene)).toEqual(frozen ? ["100 frozen 2 command"] : []);
});

describe("which requests are met", () => {
  const effect: Effect = { do: "refuse", status: 500, message: "met" };

  test.each<[string, Omit<Fault, "effect">, readonly string[]]>([
    ["all", {}, ["list", "config 100", "config 200", "config 300"]],
    ["of a route", { route: CONFIG }, ["config 100", "config 200", "config 300"]],
    ["of a guest", { vmid: 200 }, ["config 200"]],
    ["of a node", { node: "pve2" }, ["config 300"]],
    ["of a route, at first", { route: CONFIG, times: 2 }, ["config 100", "config 200"]],
    ["of a route, after some", { route: CONFIG, skip: 1, times: 1 }, ["config 200"]],
    ["of a route that is not asked", { route: THAW }, []],
  ])("%s", async (_, which, expected) => {
    const guests = [100, 200, 300].map((vmid) => ({ ...DEMO, vmid, node: vmid === 300 ? "pve2" : "pve1" }));
    const { simulator, ask } = await open({ guests });
    simulator.faults.add({ ...which, effect });
    const met: string[] = [];
    const note = async (name: string, request: string) => (await ask(request)).status === 500 && met.push(name);
    await note("list", LIST);
    for (const { vmid, node } of guests) await note(`config ${vmid}`, `GET /nodes/${node}/qemu/${vmid}/config`);
    expect(met).toEqual(expected);
  });

  test("until the fault is taken away", async () => {
    const { simulator, ask } = await open();
    const ids = [simulator.faults.add({ effect }), simulator.faults.add({ effect })];
    simulator.faults.remove(ids[0] as number);
    expect((await ask("GET /version")).status).toBe(500);
    simulator.faults.clear();
    expect((await ask("GET /version")).status).toBe(200);
  });

  test("never those without a good pass: these are refused before", async () => {
    const { simulator, ask } = await open();
    simulator.faults.add({ times: 1, effect });
    expect((await ask("GET /version", { headers: {} })).status).toBe(401);
    expect((await ask("GET /version")).status).toBe(500);
  });
});

test("several faults meet one request, in their order", async () => {
  const { simulator, ask } = await open();
  simulator.faults.add({ effect: { do: "wait", ms: 1 } });
  simulator.faults.add({ times: 1, effect: { do: "refuse", status: 500, message: "one" } });
  simulator.faults.add({ effect: { do: "refuse", status: 500, message: "two" } });
  expect((await ask("GET /version")).reason).toBe("one");
  expect((await ask("GET /version")).reason).toBe("two");
});

test("a thaw fails so many times, then it works", async () => {
  const scene = await open();
  scene.simulator.faults.add({
    route: THAW,
    vmid: 100,
    times: 2,
    effect: { do: "refuse", status: 500, message: "got timeout" },
  });
  await scene.agent("fsfreeze-freeze");
  for (let i = 0; i < 2; i++) await expect(scene.agent("fsfreeze-thaw")).rejects.toThrow("got timeout");
  expect(await scene.agent("fsfreeze-thaw")).toBe(2);
});

test("what a client has given up is done all the same", async () => {
  const scene = await open();
  scene.simulator.faults.add({ route: FREEZE, effect: { do: "wait", ms: 300 } });
  await scene.abandon("POST /nodes/pve1/qemu/100/agent/fsfreeze-freeze", { form: {} });
  expect(transitions(scene)).toEqual([]);
  while (scene.simulator.journal.transitions.length === 0) await sleep(1);
  expect(transitions(scene)).toEqual(["100 frozen 2 command"]);
});

test("what is under way when the simulator closes is not done any more", async () => {
  const scene = await open();
  scene.simulator.faults.add({ route: FREEZE, effect: { do: "wait", ms: 300 } });
  await scene.abandon("POST /nodes/pve1/qemu/100/agent/fsfreeze-freeze", { form: {} });
  await scene.simulator.close();
  await sleep(400);
  expect(transitions(scene)).toEqual([]);
});

describe("between two requests", () => {
  const GONE = "Configuration file 'nodes/pve1/qemu-server/100.conf' does not exist";

  test("a guest migrates", async () => {
    const { simulator, data, ask } = await open();
    simulator.faults.add({ route: LIST, times: 1, effect: { do: "change", change: ["migrate", 100, "pve2"] } });
    expect(await data(`${LIST}?type=vm`)).toMatchObject([{ node: "pve1" }]);
    expect((await ask("GET /nodes/pve1/qemu/100/config")).reason).toBe(GONE);
    expect(await data(`${LIST}?type=vm`)).toMatchObject([{ node: "pve2" }]);
    expect(await data("GET /nodes/pve2/qemu/100/config")).toMatchObject({ name: "demo" });
  });

  test("a guest is deleted, or a node goes down, and that is not seen in the answer", async () => {
    const { simulator, data, ask } = await open();
    simulator.faults.add({ route: LIST, effect: { do: "change", change: ["removeGuest", 100] } });
    simulator.faults.add({ route: "GET /nodes", effect: { do: "change", change: ["setNode", "pve2", false] } });
    expect(await data(LIST)).toMatchObject([{ vmid: 100 }, {}, {}]);
    expect((await ask("GET /nodes/pve1/qemu/100/config")).reason).toBe(GONE);
    expect(await data("GET /nodes")).toMatchObject([{ status: "online" }, { status: "online" }]);
    await expect(ask("GET /version", { node: "pve2" })).rejects.toThrow(/ECONNREFUSED/);
  });
});

test("a fault that cannot be says so in the answer", async () => {
  const { simulator, ask } = await open();
  simulator.faults.add({ effect: { do: "change", change: ["removeGuest", 7] } });
  expect((await ask("GET /version")).reason).toBe("there is no guest 7");
  simulator.faults.clear();
  simulator.faults.add({ effect: { do: "hang" } });
  expect((await ask("GET /version")).reason).toMatch(/^only an agent can hang/);
});
