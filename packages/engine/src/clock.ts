import { randomUUID } from "node:crypto";
import { BackurneError } from "@backurne/model";
import type { RadosObjects } from "@backurne/rbd";
import type { House } from "./house.ts";

/** Beyond this, in ms, names made by this clock would be wrong and expiry would go by a wrong time. */
export const CLOCK_LIMIT = 60_000;
const SECONDS = 30;
const TRIES = 3;

/**
 * How far this host's clock is ahead of the OSD's, in ms. A lock's expiration is the OSD's clock plus the duration
 * that was asked for.
 */
export async function measureSkew(objects: RadosObjects, now: () => number): Promise<number> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const skew = await measureOnce(objects, now);
    if (skew !== undefined) return skew;
  }
  throw new BackurneError("unexpected", "this host's clock could not be compared with the backup cluster's", {
    hint: "each answer of the cluster takes longer than half a minute: look at its health",
  });
}

/** For what goes by time outside of a run. */
export async function requireClock({ objects, now }: Pick<House, "objects" | "now">): Promise<void> {
  const skew = await measureSkew(objects, now);
  if (Math.abs(skew) <= CLOCK_LIMIT) return;
  const seconds = Math.round(Math.abs(skew) / 1000);
  throw new BackurneError(
    "refused",
    `this host's clock is ${seconds} s ${skew > 0 ? "ahead of" : "behind"} the backup cluster's: nothing is removed`,
    { hint: "set the clock" },
  );
}

/** undefined: it took longer than the lock lives to ask for it. */
async function measureOnce(objects: RadosObjects, now: () => number): Promise<number | undefined> {
  const description = randomUUID();
  const asked = now();
  await objects.lock("backurne.clock", { name: "clock", tag: "clock", description, seconds: SECONDS });
  const answered = now();
  const state = await objects.lockState("backurne.clock", "clock");
  const mine = state?.lockers.find((locker) => locker.description === description);
  if (!mine) return undefined;
  await objects.breakLock("backurne.clock", "clock", mine);
  const theirs = mine.expires - SECONDS * 1000;
  if (theirs < asked) return asked - theirs;
  return Math.min(0, answered - theirs);
}
