import { stat } from "node:fs/promises";
import { BackurneError } from "@backurne/model";
import { describeTrouble } from "./programs/look.ts";
import type { Site } from "./site.ts";

export function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new BackurneError("usage", "mapping makes block devices and mounts them: it needs root", {
    hint: "run it as root, or with sudo",
  });
}

/** Loads nbd where it is not loaded. */
export async function requireKernel({ executor }: Pick<Site, "executor">): Promise<void> {
  requireRoot();
  if (await isThere("/sys/module/nbd")) return;
  try {
    await executor.run([{ file: "modprobe", args: ["nbd", "max_part=31"] }]);
  } catch (cause) {
    throw new BackurneError("usage", `the kernel's nbd module cannot be loaded: ${describeTrouble(cause)}`, {
      hint: "map on a host whose kernel has nbd; Debian's and Proxmox's do",
      cause,
    });
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
