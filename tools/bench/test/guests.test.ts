import { openProxmoxCluster } from "@backurne/cluster-proxmox";
import { planRun } from "@backurne/planner";
import { startSimulator } from "@backurne/proxmox-simulator";
import { expect, onTestFinished, test } from "vitest";
import { describeCluster, DISKS } from "../src/guests.ts";
import { measureManyGuests } from "../src/many-guests.ts";
import { accessTo, planInput, proxmoxCluster, recordPools } from "../src/recorded-guests.ts";

test("the guests are a cluster in which every disk is due and nothing is odd", async () => {
  await using simulator = await startSimulator(describeCluster(2));
  const settings = proxmoxCluster(simulator.access);
  const recorded = recordPools(2, Date.UTC(2026, 5, 1, 12));
  const cluster = openProxmoxCluster(settings, accessTo(recorded));
  onTestFinished(() => cluster.close());
  const inventory = await cluster.inventory();
  expect(inventory).toMatchObject({ omitted: [], blind: [] });
  const plan = planRun(planInput(inventory, settings, recorded));
  expect(plan).toMatchObject({ refused: [], warnings: [], failures: [], skipped: [] });
  const modes = plan.jobs.map((job) => job.steps.flatMap((step) => (step.kind === "transfer" ? step.mode : [])));
  expect(modes).toEqual(Array.from({ length: 2 * DISKS }, () => ["incremental"]));
});

test("each planning is counted by itself, in processes of their own", async () => {
  const scene = { rounds: 2, tell: () => undefined, signal: new AbortController().signal };
  const rows = await measureManyGuests(scene, [2, 6]);
  const requests = rows.filter(({ what }) => what.endsWith("requests"));
  // One for each guest, the list of guests, the storages.
  expect(requests).toMatchObject([
    { value: 8, target: { value: 11 } },
    { value: 2, target: { value: 3 }, detail: "4 requests; 8 requests" },
  ]);
  expect(rows.every(({ value }) => Number.isFinite(value) && value > 0)).toBe(true);
}, 120_000);
