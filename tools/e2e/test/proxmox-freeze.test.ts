import { setTimeout as sleep } from "node:timers/promises";
import type { Effect } from "@backurne/proxmox-simulator";
import { expect, test } from "vitest";
import { askedOf, spellsOf } from "../src/frozen.ts";
import { openProxmoxArena, type GivenGuest, type ProxmoxArena } from "../src/proxmox.ts";
import { waitUntil } from "../src/shim.ts";
import { openTrace } from "../src/trace.ts";

const ORDER = ["status/current", "agent/ping", "agent/fsfreeze-freeze", "agent/fsfreeze-thaw", "agent/fsfreeze-status"];

test("inside a freeze there is nothing but the snapshots of all the guest's disks", async () => {
  const arena = await openProxmoxArena();
  const { simulator } = arena;
  await arena.addGuest({ vmid: 100, name: "db", disks: { scsi0: "fast", scsi1: "fast", virtio0: "slow" } });
  for (const round of ["full", "incremental"] as const) {
    const trace = await openTrace();
    simulator.journal.clear();
    const { report } = await arena.backup({ force: true }, { env: trace.env });
    expect(report).toMatchObject({ exit: 0, warnings: [], totals: { done: 3, [round]: 3 } });
    expect(report.jobs.map(({ consistency }) => consistency)).toEqual([1, 2, 3].map(() => ({ kind: "quiesced" })));

    const [spell, ...more] = spellsOf(simulator, 100);
    if (!spell) throw new Error("it was never frozen");
    expect([spell.by, more]).toEqual(["command", []]);
    expect(askedOf(simulator, 100)).toEqual(["config", ...ORDER]);
    const inside = simulator.journal.requests.filter(({ at }) => at > spell.from && at < spell.until);
    expect(inside.map(({ route }) => route)).toEqual(["POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-thaw"]);

    const calls = await trace.calls();
    const during = calls.filter(({ began, ended }) => began < spell.until && ended > spell.from);
    expect(during.map(({ line }) => line).filter((line) => !line.includes("snap create"))).toEqual([]);
    const creations = calls.filter(({ line }) => line.includes(" snap create "));
    expect(creations).toHaveLength(3);
    for (const { began, ended } of creations) {
      expect(began).toBeGreaterThan(spell.from);
      expect(ended).toBeLessThan(spell.until);
    }
    // It is written down for other hosts before, and crossed out after.
    const intents = calls.filter(({ line }) => /^backup rados .* append backurne\.intents\.\S+ -$/.test(line));
    expect(intents.filter(({ ended }) => ended < spell.from).length).toBeGreaterThan(0);
    expect(intents.filter(({ began }) => began > spell.until)).toHaveLength(1);
  }
  await arena.assertHonest();
});

const FREEZE = "POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-freeze";
const THAW = "POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-thaw";

interface Ill {
  readonly freeze?: Effect;
  readonly thaw?: { readonly effect: Effect; readonly times?: number };
  readonly rest?: GivenGuest["rest"];
  /** Why its snapshots are crash-consistent; undefined: they are not. */
  readonly because: RegExp | undefined;
  /** Freezes that came to something. */
  readonly spells?: number;
  readonly by?: "command" | "itself";
}

/** One guest for each way in which a freeze goes wrong; each has a disk. */
const ILL: Readonly<Record<string, Ill>> = {
  well: { because: undefined },
  paused: { rest: { status: "paused" }, because: /^it is paused$/, spells: 0 },
  "without-agent": { rest: { agent: { running: false } }, because: /QEMU guest agent is not running/, spells: 0 },
  refusing: {
    freeze: { do: "complain", desc: "failed to freeze /srv" },
    because: /failed to freeze \/srv/,
    spells: 0,
  },
  "answer-lost": { freeze: { do: "drop", when: "after" }, because: /fsfreeze-freeze/ },
  migrating: { freeze: { do: "change", change: ["migrate", 0, "pve2"] }, because: undefined },
  "thawed-late": { thaw: { effect: { do: "drop" }, times: 2 }, because: undefined },
  "thaw-refused": { thaw: { effect: { do: "refuse", status: 500, message: "no luck" }, times: 2 }, because: undefined },
  impatient: { rest: { agent: { selfThaw: 1 } }, because: /fsfreeze-thaw|thawed by itself/, by: "itself" },
  slow: { because: /snapshots took longer than 8 s, thawed first/ },
  hanging: { freeze: { do: "hang" }, because: /no answer within 10 s/ },
  // Nobody reaches its agent until the run is over.
  stuck: { freeze: { do: "hang" }, because: /no answer within 10 s; it could not be thawed/ },
};

async function addIll(arena: ProxmoxArena): Promise<ReadonlyMap<string, number>> {
  const { faults } = arena.simulator;
  const vmids = new Map(Object.keys(ILL).map((name, index) => [name, 500 + index]));
  for (const [name, vmid] of vmids) {
    const { freeze, thaw, rest } = ILL[name] as Ill;
    // A snapshot that is slow holds up those that go with it over the same connection.
    const scsi0 = name === "slow" ? "slow" : "fast";
    await arena.addGuest({ vmid, name, disks: { scsi0 }, ...(rest && { rest }) });
    const effect = freeze?.do === "change" ? { ...freeze, change: ["migrate", vmid, "pve2"] as const } : freeze;
    if (effect) faults.add({ route: FREEZE, vmid, effect });
    if (thaw) faults.add({ route: THAW, vmid, ...thaw });
  }
  return vmids;
}

test("whatever goes wrong with a freeze, the thaw comes, the backup is made, and its report is honest", async () => {
  const arena = await openProxmoxArena({ times: { ping: 200 } });
  const { simulator } = arena;
  const { guests, changes } = simulator.cluster;
  const vmids = await addIll(arena);
  arena.configure({ liveWorker: 3 }); // a watchdog for each guest at once would take a small machine too long
  const vmidOf = (name: string): number => vmids.get(name) as number;
  const trace = await openTrace({
    where: "live",
    when: `snap create.*vm-${vmidOf("slow")}-disk-0`,
    does: 'sleep 10; "$real" "$@"',
  });

  const running = arena.backup({}, { env: trace.env });
  await waitUntil(() => guests.get(vmidOf("hanging"))?.agent.blocked === true);
  await sleep(12_000); // beyond our own deadline, far from the agent's
  changes.revive(vmidOf("hanging"));
  const { report } = await running;

  // One is left standing still, which is nobody's idea of a good night.
  expect(report).toMatchObject({ exit: 3, totals: { done: vmids.size, full: vmids.size, failed: 0 } });
  expect(report.failures).toMatchObject([
    { about: "px/stuck", failure: { message: expect.stringMatching(/may still be frozen/) } },
  ]);
  for (const { subject, consistency } of report.jobs) {
    const { because } = ILL[subject.guest] as Ill;
    const said = consistency?.kind === "crash-consistent" ? (consistency.because ?? "") : consistency?.kind;
    expect([subject.guest, said]).toEqual([subject.guest, because ? expect.stringMatching(because) : "quiesced"]);
  }
  const warned = new Set(report.warnings.map(({ about }) => about.replace("px/", "")));
  expect([...warned].toSorted()).toEqual(["answer-lost", "hanging", "refusing", "stuck", "without-agent"]);
  for (const [name, { spells = 1, by = "command" }] of Object.entries(ILL)) {
    if (name === "stuck") continue;
    expect([name, spellsOf(simulator, vmidOf(name)).map((spell) => spell.by)]).toEqual([
      name,
      Array.from({ length: spells }, () => by),
    ]);
  }
  // The watchdog goes on where the run gave up, and the next run finds nothing to do.
  expect(guests.get(vmidOf("stuck"))?.agent.frozen).toBe(2);
  changes.revive(vmidOf("stuck"));
  await waitUntil(() => guests.get(vmidOf("stuck"))?.agent.frozen === 0);
  simulator.faults.clear();
  changes.setStatus(vmidOf("paused"), "running");
  changes.setAgent(vmidOf("without-agent"), { running: true });
  changes.setAgent(vmidOf("impatient"), { selfThaw: undefined });
  const next = await arena.backup({ force: true });
  expect(next.report).toMatchObject({ exit: 0, warnings: [], totals: { incremental: vmids.size } });
  expect(next.report.jobs.map(({ consistency }) => consistency?.kind)).toEqual([...vmids].map(() => "quiesced"));
  await arena.assertHonest();
});
