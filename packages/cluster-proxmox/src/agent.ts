import type { Stillness } from "@backurne/cluster";
import { printable } from "@backurne/model";
import { parseBoolean, parsePropertyString } from "./property-string.ts";
import type { ReadGuest } from "./read-guests.ts";

/** The switch for freezing had other names; Proxmox reads all of them. */
const FREEZE_SWITCHES = ["freeze-fs", "freeze-fs-on-backup", "guest-fsfreeze"];

/**
 * Proxmox is busy with the guest: it may hold it still itself, move it away from under a freeze, or write to its disks while
 * nothing of it runs.
 */
export function lockedBy(lock: string): string {
  return `Proxmox has it locked: ${printable(lock)}`;
}

/** What the listing and the configuration say; the listing is seconds late, so it is asked again when it matters. */
export function stillnessOf({ kind, status, config }: Pick<ReadGuest, "kind" | "status" | "config">): Stillness {
  const { lock } = config;
  if (typeof lock === "string" && lock !== "") return { kind: "unfreezable", because: lockedBy(lock) };
  if (status === "stopped") return { kind: "stopped" };
  if (status === "paused") return { kind: "unfreezable", because: "it is paused" };
  if (kind === "lxc") return { kind: "unfreezable", because: "containers have no agent" };
  const because = whyNotAsked(config["agent"]);
  return because === undefined ? { kind: "freezable" } : { kind: "unfreezable", because };
}

/** Why the agent of a guest is not to be asked to freeze: `agent` as Proxmox writes it. */
export function whyNotAsked(agent: unknown): string | undefined {
  if (typeof agent !== "string" && typeof agent !== "number") return "agent is off";
  let values: ReadonlyMap<string, string>;
  try {
    values = parsePropertyString(String(agent), "enabled");
  } catch {
    return "its agent option cannot be read";
  }
  if (parseBoolean(values.get("enabled")) !== true) return "agent is off";
  const off = FREEZE_SWITCHES.find((name) => parseBoolean(values.get(name)) === false);
  return off === undefined ? undefined : `${off}=0`;
}
