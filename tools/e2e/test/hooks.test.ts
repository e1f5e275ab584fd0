import { expect, test } from "vitest";
import { MiB, openArena } from "../src/arena.ts";
import { openFaults } from "../src/faults.ts";
import { spellsOf } from "../src/frozen.ts";
import { kindsFor, openHookProgram } from "../src/hooks.ts";
import { openProxmoxArena } from "../src/proxmox.ts";
import { modes } from "../src/reported.ts";

test("hooks around a guest, its disks and their transfers: what fails guards only what it is about", async () => {
  const arena = await openProxmoxArena();
  const { simulator } = arena;
  const hooks = await openHookProgram(
    `"pre_vm refused "*) echo "not today"; exit 3;;
"pre_disk half vm-102-disk-1") exit 4;;
"pre_disk slow "*) sleep 600;;
"post_vm loud "*) exit 5;;
"pre_vm odd "*) printf 'red \\e[31m and\\nmore';;`,
    4_000,
  );
  arena.configure({ hooks: hooks.settings });
  const faults = await openFaults();
  await faults.set({ where: "live", when: "snap create.*vm-103-disk-0", does: "echo no luck >&2; exit 5" });
  const two = { scsi0: "fast", scsi1: "slow" } as const;
  const one = { scsi0: "fast" } as const;
  await arena.addGuest({ vmid: 100, name: "well", disks: two });
  await arena.addGuest({ vmid: 101, name: "refused", disks: one });
  await arena.addGuest({ vmid: 102, name: "half", disks: two });
  await arena.addGuest({ vmid: 103, name: "unlucky", disks: one });
  await arena.addGuest({ vmid: 104, name: "slow", disks: one });
  await arena.addGuest({ vmid: 105, name: "loud", disks: one });
  await arena.addGuest({ vmid: 106, name: "odd", disks: {}, config: { scsi0: "local:106/vm-106-disk-0.raw" } });

  const { report } = await arena.backup({}, { env: faults.env });
  expect(modes(report)).toEqual({
    "well/scsi0": "full",
    "well/scsi1": "full",
    "half/scsi0": "full",
    "loud/scsi0": "full",
    "half/scsi1": expect.stringMatching(/^hook pre_disk failed: .*exit.*4/),
    "refused/scsi0": expect.stringMatching(/^hook pre_vm failed: .*exit.*3/),
    "slow/scsi0": expect.stringMatching(/^hook pre_disk failed: .*4 s/),
    "unlucky/scsi0": expect.stringMatching(/snap create/),
  });
  expect(report).toMatchObject({ exit: 3, totals: { done: 4, full: 4, failed: 4 } });

  const calls = await hooks.calls();
  const around = (name: string) => kindsFor(calls, name).map((call) => call.replace(/vm-\d+-disk-/, ""));
  const words = (text: string): readonly string[] => text.split(", ");
  expect(around("well")).toEqual(
    words("pre_vm, pre_disk 0, pre_disk 1, post_disk 0, post_disk 1, post_vm, post_transfer 0, post_transfer 1"),
  );
  expect(around("refused")).toEqual(["pre_vm"]);
  expect(around("half")).toEqual(words("pre_vm, pre_disk 0, pre_disk 1, post_disk 0, post_vm, post_transfer 0"));
  expect(around("unlucky")).toEqual(["pre_vm", "pre_disk 0", "post_disk 0", "post_vm"]);
  expect(around("slow")).toEqual(["pre_vm", "pre_disk 0", "post_vm"]);
  expect(around("loud")).toEqual(["pre_vm", "pre_disk 0", "post_disk 0", "post_vm", "post_transfer 0"]);
  expect(around("odd")).toEqual([]); // nothing of it is backed up

  // None of them runs while the guest stands still.
  const [spell] = spellsOf(simulator, 100);
  const own = calls.filter(({ guest }) => guest === "well");
  for (const { at, kind } of own) {
    if (kind.startsWith("pre")) expect(at).toBeLessThan(spell?.from ?? 0);
    else expect(at).toBeGreaterThan(spell?.until ?? Number.POSITIVE_INFINITY);
  }
  const about = (kind: string) => own.find((call) => call.kind === kind && !call.image.endsWith("1"))?.about;
  const whole = { version: 1, cluster: "px", type: "proxmox", guest: "well" };
  expect(about("pre_vm")).toEqual({ ...whole, kind: "pre_vm", vm: { vmid: 100, kind: "qemu", node: "pve1" } });
  const names = report.jobs.find(({ subject }) => subject.guest === "well")?.names;
  expect(about("post_transfer")).toMatchObject({
    ...whole,
    outcome: "done",
    disk: { adapter: "scsi0", pool: arena.pool, storage: "fast", image: "vm-100-disk-0", snapshot: names?.[0], names },
  });

  // The report has what they said, and who failed.
  expect(report.hooks).toHaveLength(calls.length);
  expect(report.hooks).toContainEqual({
    hook: "pre_disk",
    about: "vm-100-disk-0",
    output: "about well vm-100-disk-0",
  });
  expect(report.hooks.find(({ about: who }) => who === "refused")).toMatchObject({
    output: "about refused \nnot today",
    failure: expect.stringMatching(/3/),
  });
  expect(report.failures.map(({ about: who, failure: { message } }) => [who, message])).toEqual([
    ["px/loud", expect.stringMatching(/^hook post_vm failed: .*5/)],
  ]);
  await arena.assertHonest();
});

test("on plain clusters too, where an image is its own guest", async () => {
  const arena = await openArena();
  const hooks = await openHookProgram('"pre_vm alpha:bad "*) exit 1;;\n"pre_disk alpha:worse "*) exit 1;;');
  const [alpha] = arena.settings.liveClusters;
  if (!alpha) throw new Error("an arena has a cluster");
  arena.settings = { ...arena.settings, liveClusters: [{ ...alpha, hooks: hooks.settings }] };
  for (const image of ["bad", "well", "worse"]) await arena.createImage(image, MiB);
  const { report } = await arena.backup();
  expect(modes(report)).toEqual({
    "well/well": "full",
    "bad/bad": expect.stringMatching(/^hook pre_vm failed/),
    "worse/worse": expect.stringMatching(/^hook pre_disk failed/),
  });
  expect(report).toMatchObject({ exit: 3, totals: { done: 1, failed: 2 } });
  const calls = await hooks.calls();
  const whole = ["pre_vm", "pre_disk well", "post_disk well", "post_vm", "post_transfer well"];
  expect(kindsFor(calls, "alpha:well")).toEqual(whole);
  expect(kindsFor(calls, "alpha:bad")).toEqual(["pre_vm"]);
  expect(kindsFor(calls, "alpha:worse")).toEqual(["pre_vm", "pre_disk worse", "post_vm"]);
  expect(calls[0]?.about).toMatchObject({ version: 1, cluster: "alpha", type: "plain" });
  expect(calls[0]?.about).not.toHaveProperty("vm");
  expect(await arena.liveSnapshots("bad")).toEqual([]);
  expect(await arena.liveSnapshots("worse")).toEqual([]);
  await arena.assertHonest();
});
