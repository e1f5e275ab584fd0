import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openFaults, type Faults } from "../src/faults.ts";
import { spellsOf } from "../src/frozen.ts";
import { expireLeases, STOPPABLE_LEASES, waitForExpiry } from "../src/leases.ts";
import { openProxmoxCommand } from "../src/proxmox-cli.ts";
import { openProxmoxArena, type ProxmoxArena } from "../src/proxmox.ts";
import { waitUntil } from "../src/shim.ts";
import { startTool } from "../src/tool.ts";
import { isAlive, watchdogsOf } from "../src/watchdogs.ts";

/** A guest whose freeze lasts: one of its snapshots is not made before the test says so. */
async function openHeld(): Promise<{ arena: ProxmoxArena; faults: Faults }> {
  const arena = await openProxmoxArena();
  await arena.addGuest({ vmid: 100, name: "db", disks: { scsi0: "fast", scsi1: "slow" } });
  const faults = await openFaults();
  await faults.set({
    where: "live",
    when: "snap create.*vm-100-disk-1",
    does: ': >"$dir/reached"; while [ -d "$dir" ] && [ ! -e "$dir/go" ]; do sleep 0.1; done; exec "$real" "$@"',
    once: true,
  });
  return { arena, faults };
}

async function expectGoesOn(arena: ProxmoxArena): Promise<void> {
  const { report } = await arena.backup({ force: true }, { host: "host-b" });
  expect(report).toMatchObject({ exit: 0, failures: [], warnings: [], totals: { full: 2, failed: 0 } });
  expect(report.jobs.map(({ consistency }) => consistency?.kind)).toEqual(["quiesced", "quiesced"]);
  for (const volume of ["fast:vm-100-disk-0", "slow:vm-100-disk-1"])
    expect(await arena.standing(volume)).toEqual(report.jobs[0]?.names);
  await arena.assertHonest();
}

test.each(["the tool", "its whole process group"])(
  "kill -9 of %s inside a freeze: the watchdog thaws, and the next run goes on",
  async (victim) => {
    const { arena, faults } = await openHeld();
    const { simulator } = arena;
    const command = await openProxmoxCommand(arena);
    const tool = command.start(["backup", "--json"], faults.env);
    await waitUntil(() => existsSync(join(faults.dir, "reached")));
    const watchdogs = watchdogsOf(tool.pid);
    expect(watchdogs).toHaveLength(1);
    expect(simulator.cluster.guests.get(100)?.agent.frozen).toBe(2);
    process.kill(victim === "the tool" ? tool.pid : -tool.pid, "SIGKILL");
    expect(await tool.ended).toBe("SIGKILL");

    await waitUntil(() => simulator.cluster.guests.get(100)?.agent.frozen === 0);
    await waitUntil(() => !watchdogs.some(isAlive));
    expect(spellsOf(simulator, 100)).toMatchObject([{ by: "command" }]);
    await writeFile(join(faults.dir, "go"), "");
    await waitUntil(async () => (await arena.standing("slow:vm-100-disk-1")).length === 1);
    await expireLeases(arena);
    await expectGoesOn(arena);
  },
);

test("kill -9 of the tool and of its watchdog: another host thaws, as soon as the lease has ended", async () => {
  const { arena, faults } = await openHeld();
  const { simulator } = arena;
  const frozen = () => simulator.cluster.guests.get(100)?.agent.frozen;
  const open = { env: faults.env, leaseTimes: STOPPABLE_LEASES };
  const tool = await startTool(arena, { host: "host-a", open });
  await waitUntil(() => existsSync(join(faults.dir, "reached")));
  const [watchdog] = watchdogsOf(tool.pid);
  // Stopped first, so that it does not see the tool die.
  process.kill(watchdog as number, "SIGSTOP");
  tool.send("SIGKILL");
  process.kill(watchdog as number, "SIGKILL");
  await tool.ended;
  await writeFile(join(faults.dir, "go"), "");
  await waitUntil(async () => (await arena.standing("slow:vm-100-disk-1")).length === 1);

  // While the lease lasts its holder may be alive and at it.
  const early = await arena.backup({ force: true }, { host: "host-b", leaseTimes: STOPPABLE_LEASES });
  expect(early.report).toMatchObject({ exit: 11, totals: { held: 2, done: 0 } });
  expect(frozen()).toBe(2);

  await waitForExpiry(arena);
  const { report } = await arena.backup({ force: true }, { host: "host-b", leaseTimes: STOPPABLE_LEASES });
  expect(report).toMatchObject({ exit: 0, failures: [], totals: { full: 2 } });
  expect(report.warnings).toEqual([
    { about: "px/100", message: "an earlier run had left it frozen; it is thawed now" },
  ]);
  expect(report.jobs.map(({ consistency }) => consistency?.kind)).toEqual(["quiesced", "quiesced"]);
  expect(spellsOf(simulator, 100)).toMatchObject([{ by: "command" }, { by: "command" }]);
  await expectGoesOnIncrementally(arena);
});

async function expectGoesOnIncrementally(arena: ProxmoxArena): Promise<void> {
  const { report } = await arena.backup({ force: true }, { host: "host-a" });
  expect(report).toMatchObject({ exit: 0, failures: [], warnings: [], totals: { incremental: 2 } });
  await arena.assertHonest();
}
