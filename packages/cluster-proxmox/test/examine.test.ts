import { expect, onTestFinished, test } from "vitest";
import { openProxmoxCluster } from "../src/index.ts";
import { judgePermissions } from "../src/examine.ts";
import { found, guarded } from "./found.ts";
import { settings } from "./guests.ts";
import { QUICK, serve } from "./server.ts";
import { createVm, holding, ODD, type Odds } from "./vm.ts";

const ALL = { "VM.Audit": 1, "Datastore.Audit": 1, "VM.Monitor": 1 };

test.each([
  ["all of them on everything", { "/": ALL }, []],
  [
    "each on its tree",
    { "/vms": { "VM.Audit": 1, "VM.GuestAgent.FileSystemMgmt": 1 }, "/storage": { "Datastore.Audit": 1 } },
    [],
  ],
  [
    "none at all",
    {},
    [
      "error VM.Audit is not granted on /vms",
      "error Datastore.Audit is not granted on /storage",
      "error VM.Monitor or VM.GuestAgent.FileSystemMgmt or VM.GuestAgent.Unrestricted is not granted on /vms",
    ],
  ],
  [
    "of some guests only",
    { "/vms/100": ALL, "/storage": ALL },
    ["info VM.Audit is granted on /vms/100 only", "info VM.Monitor is granted on /vms/100 only"],
  ],
])("permissions: %s", (_, permissions, expected) => {
  const all = judgePermissions("px1", permissions, true);
  expect(all.map(({ severity, what }) => `${severity} ${what}`)).toEqual(expected);
  // Who holds nothing still needs no command to the agent.
  const still = judgePermissions("px1", permissions, false);
  expect(still.map(({ what }) => what).filter((what) => what.includes("Monitor"))).toEqual([]);
});

async function examine(odds: Odds, { listed = found(), ping = 5000 } = {}): Promise<readonly string[]> {
  const guests = holding(createVm(), odds);
  const server = await serve((request) =>
    request.path.endsWith("/access/permissions") ? { data: { "/": ALL } } : guests(request),
  );
  onTestFinished(() => server.close());
  const cluster = openProxmoxCluster(settings({ api: server.api() }), guarded({ ...QUICK, ping }));
  onTestFinished(() => cluster.close());
  return ((await cluster.examine?.([listed])) ?? []).map(
    ({ severity, about, what }) => `${severity} ${about}: ${what}`,
  );
}

test("an agent that answers is none, one that is on and does not is a finding", async () => {
  expect(await examine({})).toEqual([]);
  expect(await examine({ ping: ODD.noAgent })).toEqual([
    expect.stringMatching(/^warning .*\/web01: its guest agent is switched on and does not answer: .*not running/),
  ]);
  expect(await examine({ ping: ODD.silent }, { ping: 50 })).toHaveLength(1);
});

test("an agent that is switched off is not asked", async () => {
  const off = found({ kind: "unfreezable", because: "agent is off" });
  expect(await examine({ ping: ODD.noAgent }, { listed: off })).toEqual([]);
});
