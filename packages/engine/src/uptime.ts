import { readFileSync } from "node:fs";

/** Seconds since boot, time in suspend included: the wall clock jumps, and the monotonic one stops in suspend. */
export function secondsSinceBoot(): number {
  return Number.parseFloat(readFileSync("/proc/uptime", "utf8"));
}
