import { expect, test } from "vitest";
import { at, backUp, failing, guest, openWorld, profile, type World } from "../src/index.ts";

function begin(): World {
  const guests = [guest(100, "web", ["scsi0", "scsi1"]), guest(200, "db")];
  return openWorld({ profiles: [profile()], proxmox: { px1: guests }, hooks: true });
}

/** Of one guest: its hooks, its freeze, its snapshots and its transfers, in order. */
function storyOf({ calls }: World, vmid = 100, name = "web"): readonly string[] {
  const told = /^(hook|transfer|px1 (freeze|thaw|createSnapshot)) /;
  return calls
    .filter((call) => told.test(call) && new RegExp(` (${name}|${vmid}|vm-${vmid}-.*)$`).test(call))
    .map((call) => call.replace(/^(hook|px1) /, "").replace(`vm-${vmid}-`, ""));
}

const told = (...chapters: readonly string[]): readonly string[] => chapters.join(", ").split(", ");

test("post_disk and post_vm run right after the snapshots, before any transfer of the guest", async () => {
  const world = begin();
  const { report } = await backUp(world.host("bk1"));
  expect(report).toMatchObject({ exit: 0, totals: { full: 3 } });
  expect(storyOf(world)).toEqual(
    told(
      "pre_vm web, pre_disk scsi0, pre_disk scsi1",
      "freeze 100, createSnapshot scsi0, createSnapshot scsi1, thaw 100",
      "post_disk scsi0, post_disk scsi1, post_vm web",
      "transfer scsi0, transfer scsi1, post_transfer scsi0, post_transfer scsi1",
    ),
  );
});

test("a pre_vm that fails keeps its guest from being touched, and no other", async () => {
  const world = begin();
  world.before = failing("hook pre_vm web");
  const { report } = await backUp(world.host("bk1"));
  expect(storyOf(world)).toEqual(["pre_vm web"]);
  expect(storyOf(world, 200, "db")).toContain("transfer scsi0");
  expect(report).toMatchObject({ exit: 3, totals: { full: 1, failed: 2 } });
  const hook = { hook: "pre_vm", about: "web", output: "", failure: expect.stringContaining("it was to fail") };
  expect(report.hooks).toContainEqual(hook);
});

test("a pre_disk that fails skips its disk, and its own post_disk", async () => {
  const world = begin();
  world.before = failing("hook pre_disk vm-100-scsi0");
  const { report } = await backUp(world.host("bk1"));
  expect(storyOf(world)).toEqual(
    told(
      "pre_vm web, pre_disk scsi0, pre_disk scsi1",
      "freeze 100, createSnapshot scsi1, thaw 100",
      "post_disk scsi1, post_vm web, transfer scsi1, post_transfer scsi1",
    ),
  );
  expect(report).toMatchObject({ exit: 3, totals: { full: 2, failed: 1 } });
});

test("no disk of a guest is left to snapshot: it is not frozen, and its post_vm runs", async () => {
  const world = begin();
  world.before = failing("hook pre_disk vm-100-scsi0", "hook pre_disk vm-100-scsi1");
  await backUp(world.host("bk1"));
  expect(storyOf(world)).toEqual(told("pre_vm web, pre_disk scsi0, pre_disk scsi1, post_vm web"));
});

test("every post runs although the snapshots failed; a transfer that never began has none", async () => {
  const world = begin();
  world.before = failing("px1 createSnapshot vm-100-scsi0", "px1 createSnapshot vm-100-scsi1");
  const { report } = await backUp(world.host("bk1"));
  expect(storyOf(world).slice(-4)).toEqual(told("thaw 100, post_disk scsi0, post_disk scsi1, post_vm web"));
  expect(report).toMatchObject({ exit: 3, totals: { full: 1, failed: 2 } });
});

test("a transfer that failed has its post_transfer", async () => {
  const world = begin();
  world.before = failing("transfer vm-100-scsi0");
  const { report } = await backUp(world.host("bk1"));
  expect(storyOf(world).slice(-2).toSorted()).toEqual(told("post_transfer scsi0, post_transfer scsi1"));
  expect(report).toMatchObject({ exit: 3, totals: { full: 2, failed: 1 } });
});

test.each([
  ["hook pre_vm web", []],
  ["hook pre_disk vm-100-scsi0", told("post_vm web")], // the other disk's had not begun
  ["px1 freeze 100", told("post_disk scsi0, post_disk scsi1, post_vm web")],
  ["px1 thaw 100", told("post_disk scsi0, post_disk scsi1, post_vm web, post_transfer scsi0, post_transfer scsi1")],
])("interrupted at `%s`, every post whose pre had ended well runs, and no other", async (moment, due) => {
  const world = begin();
  const stop = new AbortController();
  world.before = at(moment, () => stop.abort(new Error("SIGINT")));
  const { report } = await backUp(world.host("bk1"), { signal: stop.signal });
  expect(report.exit).toBe(130);
  expect(storyOf(world).filter((call) => call.startsWith("post_"))).toEqual(due);
});

test("a post that fails is reported, and the backup stands", async () => {
  const world = begin();
  world.before = failing("hook post_disk vm-100-scsi0", "hook post_vm db");
  const { report } = await backUp(world.host("bk1"));
  expect(report).toMatchObject({ exit: 3, totals: { full: 3, failed: 0 } });
  const failures = report.failures.map(({ about, failure }) => `${about}: ${failure.message.split(":")[0]}`);
  expect(failures.toSorted()).toEqual(["px1/db: hook post_vm failed", "px1/web/scsi0: hook post_disk failed"]);
});

test("a plain cluster has them too; an image is its own guest", async () => {
  const world = openWorld({ profiles: [profile()], hooks: true });
  world.live("alpha").add("disk");
  await backUp(world.host("bk1"));
  expect(world.calls.filter((call) => /^(hook|transfer|alpha createSnapshot)/.test(call))).toEqual(
    told(
      "hook pre_vm alpha:disk, hook pre_disk disk, alpha createSnapshot disk",
      "hook post_disk disk, hook post_vm alpha:disk, transfer disk, hook post_transfer disk",
    ),
  );
});
