import { precheck } from "@backurne/engine";
import { expect, test } from "vitest";
import { at, backUp, DAY, guest, openWorld, profile } from "../src/index.ts";

// Guests that a run has left frozen, and what the next run of any host does about it.

function begin() {
  const web = guest(100, "web", ["scsi0", "scsi1"]);
  return { web, world: openWorld({ profiles: [profile()], proxmox: { px1: [web] } }) };
}

const THAWED = { about: "px1/100", message: "an earlier run had left it frozen; it is thawed now" };

test("a run that dies inside the freeze: another host thaws the guest, and not before its lease is free", async () => {
  const { world, web } = begin();
  const frozen = Promise.withResolvers<void>();
  world.before = (call) => {
    if (call !== "px1 freeze 100") return undefined;
    frozen.resolve();
    return new Promise(() => undefined);
  };
  void backUp(world.host("bk1"));
  await frozen.promise;
  world.before = undefined;
  world.now += 30_000;
  const early = await backUp(world.host("bk2"));
  expect(web.frozen).toBe(true); // bk1 may be alive
  expect(early.report).toMatchObject({ exit: 11, warnings: [], totals: { held: 2 } });
  world.now += 31_000;
  const { report } = await backUp(world.host("bk2"));
  expect(report).toMatchObject({ exit: 0, warnings: [THAWED], totals: { full: 2, held: 0 } });
  expect(web.frozen).toBe(false);
  const [first] = world.calls.filter((call) => /^px1 (thaw|freeze) 100$/.test(call)).slice(1);
  expect(first).toBe("px1 thaw 100");
});

test("a guest that does not answer the thaw stays on record until a run could thaw it", async () => {
  const { world, web } = begin();
  world.before = at("px1 createSnapshot vm-100-scsi1", () => (web.agent = "hangs"));
  const mayBe = { failure: { message: expect.stringContaining("may still be frozen"), code: "command" } };
  const ran = await backUp(world.host("bk1"));
  const stuck = { about: "px1/web", ...mayBe };
  expect(ran.report).toMatchObject({ exit: 3, failures: [stuck], totals: { full: 2, failed: 0 } });
  expect(web.frozen).toBe(true);
  world.before = undefined;
  // Nothing is due, and it still does not answer.
  world.now += 60_000;
  const again = await backUp(world.host("bk2"));
  const still = { about: "px1/100", ...mayBe };
  expect(again.report).toMatchObject({ exit: 3, failures: [still], totals: { planned: 0 } });
  expect((await precheck(world.host("bk1"))).problems).toMatchObject([
    { kind: "frozen", severity: "critical", about: "px1/100" },
  ]);
  web.agent = "answers";
  world.now += 60_000;
  const { report } = await backUp(world.host("bk2"));
  expect(report).toMatchObject({ exit: 0, warnings: [THAWED] });
  expect(web.frozen).toBe(false);
  world.now += 60_000;
  world.calls.length = 0;
  expect((await backUp(world.host("bk1"))).report.warnings).toEqual([]);
  expect((await precheck(world.host("bk1"))).problems).toEqual([]);
  expect(world.calls).not.toContain("px1 thaw 100");
});

test("a freeze that was not answered may have frozen all the same: it is on record", async () => {
  const { world, web } = begin();
  web.agent = "hangs";
  const { report } = await backUp(world.host("bk1"));
  expect(report).toMatchObject({ exit: 3, totals: { full: 2 } });
  expect(report.failures).toMatchObject([{ about: "px1/web", failure: { code: "command" } }]);
  web.agent = "answers";
  world.now += DAY;
  const next = await backUp(world.host("bk2"), { cluster: "px1" });
  expect(next.report).toMatchObject({ exit: 0, warnings: [THAWED], totals: { incremental: 2 } });
  expect(web.frozen).toBe(false);
});

test("a wrong clock keeps nobody standing still; nor is a guest forgotten whose cluster has left the configuration", async () => {
  const { world, web } = begin();
  world.before = at("px1 createSnapshot vm-100-scsi1", () => (web.agent = "hangs"));
  await backUp(world.host("bk1"));
  world.before = undefined;
  world.now += 60_000;
  const { clusters, settings } = world.host("bk2");
  const renamed = clusters.map((one) => ({ ...one, settings: { ...one.settings, name: "px9" } }));
  const liveClusters = settings.liveClusters.map((one) => ({ ...one, name: "px9" }));
  const host = world.host("bk2", { clusters: renamed, settings: { ...settings, liveClusters } });
  const lost = { about: "px1/100", failure: { message: expect.stringContaining("is not configured any more") } };
  expect((await backUp(host)).report.failures).toContainEqual(expect.objectContaining({ about: lost.about }));
  web.agent = "answers";
  const ahead = world.host("bk2", { now: () => world.now + 40 * DAY });
  const { report } = await backUp(ahead);
  expect(report).toMatchObject({ exit: 4, warnings: [THAWED], totals: { full: 0 } });
  expect(web.frozen).toBe(false);
});

test("a thaw that cannot be recorded costs no backup", async () => {
  const { world } = begin();
  let thawed = false;
  world.before = (call) => {
    thawed ||= call.startsWith("px1 thaw");
    if (thawed && call.includes("append backurne.intents.")) throw new Error("no answer");
    return undefined;
  };
  const { report } = await backUp(world.host("bk1"));
  expect(report).toMatchObject({ totals: { full: 2, failed: 0 } });
  expect(report.warnings).toContainEqual({ about: "px1/web", message: "its thaw is not recorded: no answer" });
});
