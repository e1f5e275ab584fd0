import type { readFileSync } from "node:fs";
import { LEASE_TIMES, openLeases, type Lease } from "@backurne/engine";
import type { RadosObjects } from "@backurne/rbd";
import { expect, test, vi } from "vitest";
import { simulateObjects } from "../src/index.ts";

/** One clock for the OSD and for the hosts, ms. */
const clock = vi.hoisted(() => ({ now: 0 }));

vi.mock("node:fs", async (original) => {
  const real = await original<typeof import("node:fs")>();
  const read = (...args: Parameters<typeof readFileSync>): unknown =>
    args[0] === "/proc/uptime" ? `${clock.now / 1000} 0` : real.readFileSync(...args);
  return { ...real, readFileSync: read };
});

const hostOn = (objects: RadosObjects, name: string) => openLeases(objects, name, LEASE_TIMES);

/** Two that believe that they have it would both write. */
async function expectSole(lease: Lease | undefined, objects: RadosObjects): Promise<void> {
  expect(lease).toBeDefined();
  await lease?.confirm("now");
  expect(await hostOn(objects, "yet another").acquire("chain")).toBeUndefined();
}

test("a removal that stands still is given up before another host can have the lease", async () => {
  const objects = simulateObjects(() => clock.now, "fsid");
  let theirs: Lease | undefined;
  const standingStill: RadosObjects = {
    ...objects,
    async removeObjects(several, seconds = Number.POSITIVE_INFINITY) {
      const hour = 3600;
      clock.now += Math.min(hour, seconds) * 1000;
      theirs = await hostOn(objects, "another").acquire("chain");
      if (seconds < hour) throw new Error("no answer in time");
      return objects.removeObjects(several, seconds);
    },
  };
  const ours = await hostOn(standingStill, "slow").acquire("chain");
  await ours?.release();
  theirs ??= await hostOn(objects, "another").acquire("chain");
  await expectSole(theirs, objects);
});

test("a lease that had to wait for its turn to be given back is not taken from who has it by then", async () => {
  const objects = simulateObjects(() => clock.now, "fsid");
  const removing = Promise.withResolvers<void>();
  const mayGoOn = Promise.withResolvers<void>();
  const slow: RadosObjects = {
    ...objects,
    async removeObjects(several, seconds) {
      removing.resolve();
      await mayGoOn.promise;
      return objects.removeObjects(several, seconds);
    },
  };
  const leases = hostOn(slow, "slow");
  const [first, second] = await Promise.all(["other chain", "chain"].map((one) => leases.acquire(one)));
  const given = [first?.release()];
  await removing.promise;
  given.push(second?.release());
  clock.now += LEASE_TIMES.duration * 1000 + 1; // as after a suspend
  const theirs = await hostOn(objects, "another").acquire("chain");
  mayGoOn.resolve();
  await Promise.all(given);
  await expectSole(theirs, objects);
});

test("a lease that was taken by a call that failed is given back; another host's stays", async () => {
  const objects = simulateObjects(() => clock.now, "fsid");
  const lock: RadosObjects["lock"] = async (...asked) => {
    await objects.lock(...asked);
    throw new Error("no answer");
  };
  const failing = hostOn({ ...objects, lock }, "cut off");
  await expect(failing.acquire("chain")).rejects.toThrow("no answer");
  const theirs = await hostOn(objects, "another").acquire("chain");
  await expectSole(theirs, objects);
  await expect(failing.acquire("chain")).rejects.toThrow("no answer");
  await expectSole(theirs, objects);
});
