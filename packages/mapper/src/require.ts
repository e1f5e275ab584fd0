import { BackurneError } from "@backurne/model";
import { isThere } from "./programs/kernel.ts";
import { describeTrouble } from "./programs/look.ts";
import type { Site } from "./site.ts";

export function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new BackurneError("usage", "mapping makes block devices and mounts them: it needs root", {
    hint: "run it as root, or let `backurne mapper` do it (section mapper)",
  });
}

/**
 * Loads what is not loaded. Without nbd and rbd-nbd there is no mapping; without the others some layers cannot be opened, and say
 * so in the tree.
 */
export async function requireKernel({ executor }: Pick<Site, "executor">): Promise<void> {
  requireRoot();
  const load = (...args: readonly string[]) => executor.run([{ file: "modprobe", args }]);
  try {
    if (!(await isThere("/sys/module/nbd"))) await load("nbd", "max_part=31");
  } catch (cause) {
    throw new BackurneError("usage", `the kernel's nbd cannot be loaded: ${describeTrouble(cause)}`, {
      hint: "map on a host whose kernel has it; Debian's and Proxmox's have",
      cause,
    });
  }
  await executor.run([{ file: "rbd-nbd", args: ["--version"] }], { timeout: PATIENCE }).catch((cause: unknown) => {
    const hint = "map needs it on this host; what else is missing stands in the tree";
    throw new BackurneError("usage", describeTrouble(cause), { hint, cause });
  });
  if (!(await isThere("/sys/class/misc/device-mapper"))) await load("dm_mod").catch(() => undefined);
  if (!(await isThere("/sys/class/misc/fuse"))) await load("fuse").catch(() => undefined);
}

/** ms for a program to say its name. */
const PATIENCE = 60_000;
