import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startProfilesServer } from "../src/profiles-server.ts";
import { openProxmoxArena, type ProxmoxArena } from "../src/proxmox.ts";
import { planOf, reasons } from "../src/reported.ts";

const TOKEN = "a-token-of-the-profiles-server";

const RULES = [
  { match: { tag: "scratch" }, backup: false },
  { match: { name: "raised" }, profiles: { daily: { count: 30, max_on_live: 2 } } },
  { match: { vmid: 102 }, profiles: { daily: { count: 2 } } },
  {
    match: { cluster: "px", name: "urg*" },
    profiles: { daily: { priority: "high" }, quick: { count: 5, every: "6h" } },
  },
];

async function newStateDir(arena: ProxmoxArena): Promise<void> {
  const stateDir = await mkdtemp(join(tmpdir(), "backurne-state-"));
  onTestFinished(() => rm(stateDir, { recursive: true, force: true }));
  arena.settings = { ...arena.settings, stateDir };
}

test("each guest gets what the server says, before anything is frozen; a silent server is remembered, or the configuration applies", async () => {
  const arena = await openProxmoxArena();
  await newStateDir(arena);
  const server = await startProfilesServer(RULES, TOKEN);
  const profilesApi = { url: server.url, token: TOKEN, mayLower: false };
  arena.settings = { ...arena.settings, profilesApi };
  const disks = { scsi0: "fast" } as const;
  await arena.addGuest({ vmid: 100, name: "as-it-is", disks });
  await arena.addGuest({ vmid: 101, name: "raised", disks });
  await arena.addGuest({ vmid: 102, name: "lowered", disks });
  await arena.addGuest({ vmid: 103, name: "off", disks, config: { tags: "scratch" } });
  await arena.addGuest({ vmid: 104, name: "urgent", disks });
  const run = async () => {
    const ran = await arena.backup({ force: true });
    const kept = ran.report.jobs.map(({ subject, names }) => {
      return [subject.guest, names.map((name) => name.split(";").slice(1, 3).join(" ")).toSorted()];
    });
    return { ...ran, kept: Object.fromEntries(kept) as Record<string, string[]> };
  };
  const SAID = {
    "as-it-is": ["daily 7"],
    raised: ["daily 30"],
    lowered: ["daily 7"],
    urgent: ["daily 7", "quick 5"],
  };
  const held = expect.objectContaining({ message: "policies of its own: daily keeps 7, as configured, and not 2" });

  const first = await run();
  expect(first.report).toMatchObject({ exit: 0, failures: [], totals: { full: 4 } });
  expect(first.kept).toEqual(SAID);
  expect(first.report.warnings).toEqual([held]);
  expect(reasons(planOf(first))).toEqual({ "off/scsi0": "by policies of its own" });
  const [job] = planOf(first).jobs;
  expect(job).toMatchObject({ priority: "high", subject: { guest: "urgent" } });
  const [frozen] = arena.simulator.journal.transitions;
  expect(server.asked.length).toBeGreaterThan(0);
  expect(Math.max(...server.asked)).toBeLessThan(frozen?.at ?? 0);

  arena.configure({ fsfreeze: false }); // only to be quick
  await server.end();
  const second = await run();
  expect(second.report).toMatchObject({ exit: 0, failures: [], totals: { incremental: 4 } });
  expect(second.kept).toEqual(SAID);
  expect(second.report.warnings).toEqual([
    { about: "profiles_api", message: expect.stringMatching(/its answer of less than an hour ago is used$/) },
    held,
  ]);
  expect(await arena.standing("fast:vm-101-disk-0")).toHaveLength(2); // max_on_live, too
  expect(await arena.standing("fast:vm-100-disk-0")).toHaveLength(1);

  await newStateDir(arena); // what was remembered is gone
  const third = await run();
  expect(third.report).toMatchObject({ exit: 0, failures: [], totals: { incremental: 4, full: 1 } });
  const daily = ["as-it-is", "raised", "lowered", "off", "urgent"].map((name) => [name, ["daily 7"]]);
  expect(third.kept).toEqual(Object.fromEntries(daily));
  expect(third.report.warnings).toEqual([
    { about: "profiles_api", message: expect.stringMatching(/what is configured applies$/) },
  ]);
  expect(JSON.stringify([first, second, third])).not.toContain(TOKEN);
  await arena.assertHonest();
});

test("a server that answers nonsense, or refuses us, is no answer", async () => {
  const arena = await openProxmoxArena();
  await newStateDir(arena);
  const server = await startProfilesServer([], TOKEN);
  arena.settings = { ...arena.settings, profilesApi: { url: server.url, token: "another", mayLower: false } };
  await arena.addGuest({ vmid: 100, name: "web", disks: { scsi0: "fast" } });
  const { report } = await arena.backup();
  expect(report).toMatchObject({ exit: 0, failures: [], totals: { full: 1 } });
  expect(report.warnings).toEqual([
    { about: "profiles_api", message: expect.stringMatching(/401.*what is configured applies$/) },
  ]);
});
