import { BackurneError } from "@backurne/model";
import type { Room } from "./types.ts";

/** Of `ceph osd pool ls detail --format json`. A pool that is not listed has room: whatever is wrong with it is something else. */
export function parseRoom(text: string, pool: string): Room {
  const found = pools(text).find((one) => one.pool_name === pool);
  const flags = String(found?.flags_names ?? "").split(",");
  if (flags.includes("full_quota")) {
    const limits = [limit("max_bytes", found?.quota_max_bytes), limit("max_objects", found?.quota_max_objects)];
    return { kind: "quota", limits: limits.filter(Boolean).join(", ") };
  }
  return { kind: flags.includes("full") ? "full" : "room" };
}

interface Detail {
  readonly pool_name?: unknown;
  readonly flags_names?: unknown;
  readonly quota_max_bytes?: unknown;
  readonly quota_max_objects?: unknown;
}

function pools(text: string): readonly Detail[] {
  try {
    const read: unknown = JSON.parse(text);
    if (Array.isArray(read)) return read as readonly Detail[];
  } catch {
    // said below
  }
  throw new BackurneError("unexpected", "ceph osd pool ls detail printed something that is not JSON");
}

function limit(name: string, value: unknown): string {
  return typeof value === "number" && value > 0 ? `${name} ${value}` : "";
}
