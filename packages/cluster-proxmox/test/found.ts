import type { FoundGuest, Stillness } from "@backurne/cluster";
import { startGuard } from "@backurne/exec";
import type { ProxmoxAccess } from "../src/access.ts";
import type { Times } from "../src/times.ts";

/** VM 100 as it was listed, on pve1. */
export function found(stillness: Stillness = { kind: "freezable" }, kind: "qemu" | "lxc" = "qemu"): FoundGuest {
  const config = { kind, vmid: 100, name: "web01", node: "pve1", digest: "d100", config: {} } as const;
  return { name: "web01", disks: [], config, stillness };
}

/** With the real watchdog; nobody asks for images. */
export function guarded(times: Partial<Times>): ProxmoxAccess {
  return {
    reach: () => {
      throw new Error("no image is looked at while a guest stands still");
    },
    digest: "xxhsum",
    guard: (command, order) => startGuard(command, order),
    times,
  };
}
