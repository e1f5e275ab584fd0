import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { open } from "./client.ts";

test("the journal has every request, in the order of coming, with what became of it", async () => {
  const { simulator, ask, agent } = await open();
  await ask("GET /cluster/resources?type=vm");
  await ask("GET /version", { node: "pve2", headers: {} });
  await agent("fsfreeze-freeze");
  await ask("GET /nothing");
  const { requests, transitions } = simulator.journal;
  expect(requests.map(({ id: _id, at: _at, until: _until, ...rest }) => rest)).toEqual([
    {
      node: "pve1",
      method: "GET",
      path: "/cluster/resources",
      route: "GET /cluster/resources",
      params: { type: "vm" },
      user: "root@pam!backurne",
      status: 200,
    },
    { node: "pve2", method: "GET", path: "/version", route: "GET /version", params: {}, status: 401 },
    {
      node: "pve1",
      method: "POST",
      path: "/nodes/pve1/qemu/100/agent/fsfreeze-freeze",
      route: "POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-freeze",
      params: {},
      user: "root@pam!backurne",
      status: 200,
    },
    { node: "pve1", method: "GET", path: "/nothing", params: {}, user: "root@pam!backurne", status: 501 },
  ]);
  while (requests.some(({ until }) => until === undefined)) await sleep(1);
  const times = requests.flatMap(({ at, until = 0 }) => [at, until]);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(new Set(requests.map(({ id }) => id)).size).toBe(4);
  // One clock for both, and the one the world has.
  const [freeze] = transitions;
  expect(freeze?.at).toBeGreaterThan(requests[2]?.at ?? Number.NaN);
  expect(freeze?.at).toBeLessThan(requests[2]?.until ?? Number.NaN);
  expect(Math.abs((freeze?.at ?? 0) - Date.now())).toBeLessThan(60_000);

  simulator.journal.clear();
  expect([requests, transitions]).toEqual([[], []]);
});

test("a request that nobody waits for any more has an end, and no status", async () => {
  const { simulator, abandon } = await open();
  simulator.faults.add({ effect: { do: "wait", ms: 60_000 } });
  await abandon("GET /version");
  const { requests } = simulator.journal;
  while (requests[0]?.until === undefined) await sleep(1);
  expect(requests[0]).not.toHaveProperty("status");
});
