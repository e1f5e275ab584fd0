import { describe, expect, it } from "vitest";
import { stillnessOf, whyNotAsked } from "../src/agent.ts";
import { guest } from "./guests.ts";

describe("the agent option", () => {
  it.each([
    1,
    "1",
    "enabled=1",
    "enabled=on",
    "enabled=1,fstrim_cloned_disks=1",
    "1,fstrim_cloned_disks=1,type=virtio",
    "1,freeze-fs-on-backup=1",
    "type=isa,enabled=1,freeze-fs=1",
    "1,freeze-fs-on-backup=maybe",
  ])("%j lets it be asked", (agent) => {
    expect(whyNotAsked(agent)).toBeUndefined();
  });

  it.each<[unknown, string]>([
    [undefined, "agent is off"],
    [0, "agent is off"],
    ["0", "agent is off"],
    ["", "agent is off"],
    ["enabled=0", "agent is off"],
    ["off", "agent is off"],
    ["fstrim_cloned_disks=1", "agent is off"],
    ["type=virtio", "agent is off"],
    ["10", "agent is off"],
    [{ enabled: 1 }, "agent is off"],
    ["0,freeze-fs-on-backup=1", "agent is off"],
    ["0,freeze-fs-on-backup=0", "agent is off"],
    ["1,freeze-fs-on-backup=0", "freeze-fs-on-backup=0"],
    ["enabled=1,freeze-fs-on-backup=no,type=isa", "freeze-fs-on-backup=0"],
    ["enabled=1,freeze-fs=0", "freeze-fs=0"],
    ["enabled=1,guest-fsfreeze=off", "guest-fsfreeze=0"],
    ["1,freeze-fs-on-backup=1,freeze-fs=0", "freeze-fs=0"],
    ["1,enabled=1", "its agent option cannot be read"],
    ["1,type=", "its agent option cannot be read"],
  ])("%j does not: %s", (agent, because) => {
    expect(whyNotAsked(agent)).toBe(because);
  });
});

describe("a guest", () => {
  it.each([
    ["qemu", "running", "1", { kind: "freezable" }],
    // Its node has not reported: whether it runs is asked again when it matters.
    ["qemu", "unknown", "1", { kind: "freezable" }],
    ["qemu", "paused", "1", { kind: "unfreezable", because: "it is paused" }],
    ["qemu", "running", "0", { kind: "unfreezable", because: "agent is off" }],
    ["qemu", "running", "1,freeze-fs-on-backup=0", { kind: "unfreezable", because: "freeze-fs-on-backup=0" }],
    ["qemu", "stopped", "1", { kind: "stopped" }],
    ["qemu", "stopped", undefined, { kind: "stopped" }],
    ["lxc", "running", "1", { kind: "unfreezable", because: "containers have no agent" }],
    ["lxc", "stopped", undefined, { kind: "stopped" }],
  ] as const)("of kind %s, %s, with agent %j", (kind, status, agent, stillness) => {
    expect(stillnessOf(guest({ kind, status, config: { agent } }))).toEqual(stillness);
  });

  it.each([
    ["qemu", "running", "backup"],
    ["qemu", "stopped", "clone"], // its disks are being written
    ["qemu", "stopped", "suspended"], // its disks are those of a running one
    ["lxc", "stopped", "rollback"],
  ] as const)(
    "of kind %s, %s, that Proxmox has locked with %s, is neither frozen nor taken for stopped",
    (kind, status, lock) => {
      const because = `Proxmox has it locked: ${lock}`;
      expect(stillnessOf(guest({ kind, status, config: { agent: "1", lock } }))).toEqual({
        kind: "unfreezable",
        because,
      });
    },
  );
});
