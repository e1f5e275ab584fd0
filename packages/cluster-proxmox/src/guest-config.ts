import type { GuestConfig } from "@backurne/model";
import type { ReadGuest } from "./read-guests.ts";

/** Hold passwords by their nature: cloud-init's, and a container's environment, which Proxmox shows to few as well. */
const SECRET_KEYS = new Set(["cipassword", "env"]);
/** Free text for QEMU or LXC. */
const SECRET_TEXT = /passw|secret|token|lxc\.environment/i;

/** What is kept of a guest with each backup: all but its passwords. */
export function keepConfig({ kind, vmid, name, node, config }: ReadGuest): GuestConfig {
  const kept: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(config)) {
    if (key === "digest" || SECRET_KEYS.has(key)) continue;
    const text = key === "lxc" ? rawLxc(value) : value;
    if (typeof text !== "string" && typeof text !== "number") continue;
    if (key === "args" && SECRET_TEXT.test(String(text))) continue;
    kept[key] = text;
  }
  return { kind, vmid, name, node, digest: String(config["digest"] ?? ""), config: kept };
}

/** Low-level settings come as pairs; they are kept as they stand in the file. */
function rawLxc(pairs: unknown): string | undefined {
  if (!Array.isArray(pairs)) return undefined;
  const lines = pairs.filter(Array.isArray).map(([key, value]) => `${String(key)}: ${String(value)}`);
  return lines.filter((line) => !SECRET_TEXT.test(line)).join("\n") || undefined;
}
